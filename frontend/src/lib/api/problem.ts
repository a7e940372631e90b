/** One message about one field of what was sent; `field` is a dotted path such as `orders.items`. */
export interface FieldProblem {
  field: string
  message: string
}

/** An answer that is no success: RFC 9457 problem details, or the closest thing to them that arrived. */
export class ApiError extends Error {
  readonly status: number
  readonly title: string
  readonly fields: readonly FieldProblem[]
  /** Seconds to wait before trying again, where the server said so. */
  readonly retryAfter: number | null
  /** What else the answer told, such as the id of what stands in the way. */
  readonly more: Readonly<Record<string, unknown>>

  constructor(problem: {
    status: number
    title: string
    detail: string | null
    fields?: readonly FieldProblem[]
    retryAfter?: number | null
    more?: Readonly<Record<string, unknown>>
  }) {
    super(problem.detail ?? problem.title)
    this.name = 'ApiError'
    this.status = problem.status
    this.title = problem.title
    this.fields = problem.fields ?? []
    this.retryAfter = problem.retryAfter ?? null
    this.more = problem.more ?? {}
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** `spec.orders.items` and `body.spec.orders.items` name the same thing to a person: `orders.items`. */
const plainField = (field: string): string => field.replace(/^(body\.)?(spec\.)?/, '')

function fieldProblems(errors: unknown): FieldProblem[] {
  if (!Array.isArray(errors)) return []
  return errors.filter(isRecord).flatMap((error) => {
    const message = text(error.message)
    return message === null ? [] : [{ field: plainField(text(error.field) ?? ''), message }]
  })
}

/** Builds the error for an answer from its parsed body, whatever that is. */
export function problemFrom(response: Response, body: unknown): ApiError {
  const problem = isRecord(body) ? body : {}
  const retryAfter = Number.parseInt(response.headers.get('retry-after') ?? '', 10)
  return new ApiError({
    status: response.status,
    title: text(problem.title) ?? (response.statusText || `Error ${String(response.status)}`),
    detail: text(problem.detail),
    fields: fieldProblems(problem.errors),
    retryAfter: Number.isNaN(retryAfter) ? null : retryAfter,
    more: problem,
  })
}

/** What to tell the user about anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.status === 429 && error.retryAfter !== null)
      return `Too many requests. Try again in ${String(error.retryAfter)} s.`
    return error.message
  }
  if (error instanceof TypeError)
    return 'Cartload cannot be reached. Check that it is running, then try again.'
  return error instanceof Error ? error.message : 'Something went wrong.'
}

/** The first message for a field, if any. */
export function fieldMessage(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined
  return error.fields.find((problem) => problem.field === field)?.message
}
