/** How rows are looked at, kept in the address so that it can be shared: sorting, prefix search, filters. */
export interface Filter {
  column: string
  operator: Operator
  value: string
}

export const operators = { eq: '=', ne: '≠', gte: '≥', lte: '≤', gt: '>', lt: '<' } as const

export type Operator = keyof typeof operators

export interface Selection {
  sort: string | null
  q: string
  filters: readonly Filter[]
}

/** The filters with one more. It takes the place of one that compares the same column the same way: the API refuses both. */
export function withFilter(filters: readonly Filter[], added: Filter): Filter[] {
  const place = filters.findIndex(
    ({ column, operator }) => column === added.column && operator === added.operator,
  )
  return place < 0 ? [...filters, added] : filters.with(place, added)
}

/** The parameters of the address that are no filters. */
const reserved = new Set(['sort', 'q', 'row'])

const isOperator = (name: string): name is Operator => Object.hasOwn(operators, name)

function filterFrom(key: string, value: string): Filter | null {
  const [column = '', operator = 'eq', ...rest] = key.split('__')
  return column !== '' && rest.length === 0 && isOperator(operator) ? { column, operator, value } : null
}

/** Reads a selection from the parameters of an address. */
export function selectionFrom(search: URLSearchParams): Selection {
  const filters = [...search]
    .filter(([key]) => !reserved.has(key))
    .map(([key, value]) => filterFrom(key, value))
    .filter((filter) => filter !== null)
  return { sort: search.get('sort'), q: search.get('q') ?? '', filters }
}

/** The parameters of a selection, named as the API names them. */
export function searchOf({ sort, q, filters }: Selection): URLSearchParams {
  const search = new URLSearchParams()
  if (sort !== null) search.set('sort', sort)
  if (q !== '') search.set('q', q)
  for (const { column, operator, value } of filters)
    search.append(operator === 'eq' ? column : `${column}__${operator}`, value)
  return search
}

/** The id of the row whose details are open. */
export const openRowFrom = (search: URLSearchParams): string | null => search.get('row')

/** The parameters of the address at which a selection is looked at, with the details of a row or without. */
export function addressOf(selection: Selection, openRow: string | null): URLSearchParams {
  const search = searchOf(selection)
  if (openRow !== null) search.set('row', openRow)
  return search
}

/** The parameters of the address of one row, with its details open. */
export const addressOfRow = (key: string, id: string): URLSearchParams =>
  addressOf({ sort: null, q: '', filters: [{ column: key, operator: 'eq', value: id }] }, id)

/** Ascending, then descending, then not at all. */
export function nextSort(sort: string | null, column: string): string | null {
  if (sort === column) return `-${column}`
  return sort === `-${column}` ? null : column
}

/** How a column is sorted, in the words of `aria-sort`. */
export function ariaSort(sort: string | null, column: string): 'ascending' | 'descending' | 'none' {
  if (sort === column) return 'ascending'
  return sort === `-${column}` ? 'descending' : 'none'
}
