import { useLocation, useNavigate, useSearchParams } from 'react-router'

import { addressOf, openRowFrom, selectionFrom } from './selection'

/** What a link to the details of a row leaves in the history, so that closing them goes back to before. */
export const openedHere = { openedHere: true }

const wasOpenedHere = (state: unknown): boolean =>
  typeof state === 'object' && state !== null && 'openedHere' in state

export interface OpenRow {
  id: string | null
  /** Shows another row in place of the open one. */
  open: (id: string) => void
  close: () => void
}

/** The row whose details are open: it stands in the address, and back closes it. */
export function useOpenRow(): OpenRow {
  const [search, setSearch] = useSearchParams()
  const { state } = useLocation() as { state: unknown }
  const navigate = useNavigate()
  const replace = (id: string | null): void =>
    setSearch(addressOf(selectionFrom(search), id), { replace: true, state, preventScrollReset: true })
  return {
    id: openRowFrom(search),
    open: replace,
    close: () => (wasOpenedHere(state) ? void navigate(-1) : replace(null)),
  }
}
