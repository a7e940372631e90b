import { useId, type ComponentProps, type ReactElement, type ReactNode } from 'react'

import { classes } from '@/lib/classes'

const box =
  'w-full rounded-lg border bg-surface px-3 text-base text-ink transition-colors placeholder:text-muted ' +
  'disabled:opacity-60 sm:text-sm'

const border = (wrong: boolean): string => (wrong ? 'border-danger' : 'border-line-strong hover:border-muted')

interface FieldProps {
  label: string
  hint?: ReactNode
  error?: string | undefined
  hideLabel?: boolean
  /** The label stands to the left of the control instead of above it. */
  beside?: boolean
  /** What stands between the control and its hint. */
  below?: ReactNode
}

interface Grouped {
  /** The id of an error that is shown elsewhere, of the group that the control belongs to. */
  groupErrorId?: string | undefined
}

interface Wiring {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

/** A label, a control, a hint and an error, wired together for assistive technology. */
function Field({
  label,
  hint,
  error,
  groupErrorId,
  hideLabel = false,
  beside = false,
  below,
  children,
}: FieldProps & Grouped & { children: (wiring: Wiring) => ReactNode }): ReactElement {
  const id = useId()
  const hintId = `${id}hint`
  const errorId = `${id}error`
  const described = classes(hint != null && hintId, error !== undefined && errorId, groupErrorId)
  const wrong = error !== undefined || groupErrorId !== undefined
  return (
    <div className="min-w-0">
      <div className={beside ? 'flex items-center justify-between gap-3' : undefined}>
        <label
          htmlFor={id}
          className={hideLabel ? 'sr-only' : classes('block text-sm font-medium', !beside && 'mb-1.5')}
        >
          {label}
        </label>
        {children({
          id,
          'aria-describedby': described || undefined,
          'aria-invalid': wrong || undefined,
        })}
      </div>
      {below}
      {hint != null && (
        <p id={hintId} className="mt-1.5 text-sm text-muted">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={errorId} className="mt-1.5 text-sm font-medium text-danger">
          {error}
        </p>
      )}
    </div>
  )
}

type Own<Tag extends 'input' | 'select' | 'textarea'> = FieldProps & ComponentProps<Tag>

/** A one-line input with its label. */
export function TextField({
  label,
  hint,
  error,
  groupErrorId,
  hideLabel,
  className,
  ...rest
}: Own<'input'> & Grouped): ReactElement {
  return (
    <Field label={label} hint={hint} error={error} groupErrorId={groupErrorId} hideLabel={hideLabel ?? false}>
      {(wiring) => (
        <input
          className={classes(box, border(wiring['aria-invalid'] ?? false), 'min-h-10', className)}
          {...wiring}
          {...rest}
        />
      )}
    </Field>
  )
}

/** A number to the right of its label, with its unit. */
export function NumberField({
  label,
  hint,
  error,
  groupErrorId,
  hideLabel,
  beside = true,
  below,
  unit,
  ...rest
}: Own<'input'> & Grouped & { unit?: string | undefined }): ReactElement {
  return (
    <Field
      label={label}
      hint={hint}
      error={error}
      groupErrorId={groupErrorId}
      hideLabel={hideLabel ?? false}
      beside={beside}
      below={below}
    >
      {(wiring) => (
        <span className="flex shrink-0 items-center gap-2">
          <input
            inputMode="decimal"
            autoComplete="off"
            className={classes(
              box,
              border(wiring['aria-invalid'] ?? false),
              'min-h-9 max-w-32 text-right tabular-nums',
            )}
            {...wiring}
            {...rest}
          />
          {unit !== undefined && <span className="text-sm whitespace-nowrap text-muted">{unit}</span>}
        </span>
      )}
    </Field>
  )
}

/** A choice among few, with its label. */
export function SelectField({
  label,
  hint,
  error,
  hideLabel,
  className,
  ...rest
}: Own<'select'>): ReactElement {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel ?? false}>
      {(wiring) => (
        <select
          className={classes(box, border(error !== undefined), 'min-h-10', className)}
          {...wiring}
          {...rest}
        />
      )}
    </Field>
  )
}

/** Several lines of text, with their label. */
export function TextArea({
  label,
  hint,
  error,
  hideLabel,
  className,
  ...rest
}: Own<'textarea'>): ReactElement {
  return (
    <Field label={label} hint={hint} error={error} hideLabel={hideLabel ?? false}>
      {(wiring) => (
        <textarea
          className={classes(box, border(error !== undefined), 'py-2 font-mono', className)}
          {...wiring}
          {...rest}
        />
      )}
    </Field>
  )
}
