import type { ClipboardEvent } from 'react'

/** The cells of which something is marked, row by row; where nothing is, the cell that has the focus. */
function cellsToCopy(body: Element, focused: Element): HTMLElement[][] {
  const selection = window.getSelection()
  if (selection === null || selection.isCollapsed) {
    const cell = focused.closest<HTMLElement>('td[data-raw]')
    return cell === null ? [] : [[cell]]
  }
  const range = selection.getRangeAt(0)
  // Three clicks mark a cell up to the very beginning of the next.
  const isMarked = (cell: Element): boolean =>
    range.intersectsNode(cell) && !(range.endContainer === cell && range.endOffset === 0)
  return [...body.querySelectorAll('tr')]
    .map((row) => [...row.querySelectorAll<HTMLElement>('td[data-raw]')].filter(isMarked))
    .filter((cells) => cells.length > 0)
}

/** Part of a text that is shown as it is stored, which people mark to have just that part. */
const isPartOf = (cell: HTMLElement): boolean =>
  window.getSelection()?.isCollapsed === false && cell.dataset.raw === cell.textContent

/** Copies values as they are stored, several as lines with tabs between, which spreadsheets take. */
export function copyRaw(event: ClipboardEvent<HTMLElement>): void {
  const rows = cellsToCopy(event.currentTarget, event.target as Element)
  const [only] = rows.flat()
  if (only === undefined || (rows.flat().length === 1 && isPartOf(only))) return
  const lines = rows.map((cells) => cells.map((cell) => cell.dataset.raw ?? '').join('\t'))
  event.clipboardData.setData('text/plain', lines.join('\n'))
  event.preventDefault()
}
