import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react'
import type { ReactElement } from 'react'

const icons = { ascending: ArrowUp, descending: ArrowDown, none: ChevronsUpDown }

/** How the column is sorted in whose head it stands; `aria-sort` says it in words. */
export function SortArrow({ sorted }: { sorted: keyof typeof icons }): ReactElement {
  const Icon = icons[sorted]
  return (
    <Icon className={`inline size-3.5 align-[-0.15em] ${sorted === 'none' ? 'text-muted' : 'text-accent'}`} />
  )
}
