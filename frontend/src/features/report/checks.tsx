import type { ReactElement } from 'react'

import { Badge } from '@/components/ui/badge'
import { Disclosure } from '@/components/ui/disclosure'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import { ValueTable } from '@/components/ui/value-table'
import type { Check, Invariant } from '@/lib/api/types'
import { formatCount, formatCounted } from '@/lib/format'

/** Whether a check found what must not be; the checks of a load say so by their violations alone. */
export const isBroken = (check: Check): boolean => !(check.ok ?? check.violations === 0)

/** Checks, a row each. */
export function CheckTable({ label, checks }: { label: string; checks: readonly Check[] }): ReactElement {
  return (
    <Table label={label}>
      <TableHead
        columns={['Rule', { title: 'Rows checked', figures: true }, { title: 'Violations', figures: true }]}
      />
      <tbody className="tabular-nums">
        {checks.map((check) => (
          <Row key={check.name}>
            <Cell className="min-w-48">
              {check.title}
              {check.note != null && <span className="mt-1 block text-muted">{check.note}</span>}
            </Cell>
            <Cell className="text-right">{formatCount(check.rows_checked)}</Cell>
            <Cell className={isBroken(check) ? 'text-right font-semibold text-danger' : 'text-right'}>
              {formatCount(check.violations)}
            </Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}

/** A rule that does not hold, with some of the rows that break it. */
export function BrokenCheck({ check }: { check: Check }): ReactElement {
  const samples = check.samples ?? []
  const columns = Object.keys(samples[0] ?? {})
  return (
    <section className="space-y-3 rounded-xl border border-danger/40 bg-surface p-4 sm:p-5">
      <h2 className="font-semibold">{check.title}</h2>
      <p className="text-sm text-danger">
        {formatCount(check.violations)} of {formatCounted(check.rows_checked, 'row')} break this rule.
      </p>
      {check.note != null && <p className="text-sm text-muted">{check.note}</p>}
      {samples.length > 0 && (
        <ValueTable
          label={`Rows that break ${check.name}`}
          columns={columns}
          rows={samples.map((sample) => columns.map((column) => sample[column]))}
        />
      )}
    </section>
  )
}

/** One of the invariants, with its rules below it. */
export function InvariantDisclosure({
  invariant,
  checks,
}: {
  invariant: Invariant
  checks: readonly Check[]
}): ReactElement {
  return (
    <Disclosure
      title={
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <span className="font-medium">{invariant.name}</span>
          <Badge tone={invariant.ok ? 'good' : 'danger'}>{invariant.ok ? 'holds' : 'broken'}</Badge>
          <span className="text-muted tabular-nums">
            {formatCounted(invariant.rows_checked, 'row')} checked by {formatCounted(checks.length, 'rule')}
          </span>
        </span>
      }
    >
      <CheckTable label={`Rules of ${invariant.name}`} checks={checks} />
    </Disclosure>
  )
}
