import type { ReactElement } from 'react'
import { useParams } from 'react-router'

import { Badge } from '@/components/ui/badge'
import { Failure, Loading, Notice } from '@/components/ui/notice'
import type { Report } from '@/lib/api/types'
import { formatCounted, formatDateTime } from '@/lib/format'

import { basketSizes, retentionByCohort } from './answer-plots'
import { useAnswers, useReport } from './api'
import { BrokenCheck, CheckTable, isBroken, InvariantDisclosure } from './checks'
import { Figures } from './figures'
import { NewReport } from './new-report'
import { FigureCard, GridCard } from './plot-card'

function Verdict({ report }: { report: Report }): ReactElement {
  const checks = report.checks ?? []
  const broken = checks.filter(isBroken).length
  const asked = report.kind === 'full' ? 'rule' : 'check of its load'
  const many = report.kind === 'full' ? 'rules' : 'checks of its load'
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Badge tone={broken === 0 ? 'good' : 'danger'}>{broken === 0 ? 'whole' : 'broken'}</Badge>
      <span className="font-medium">
        {broken === 0
          ? `All ${formatCounted(checks.length, asked, many)} hold`
          : `${formatCounted(broken, asked, many)} of ${checks.length} broken`}
      </span>
      <span className="text-sm text-muted">{formatDateTime(report.made_at)}</span>
    </p>
  )
}

/** What the answers say of baskets and of customers who come back, as plots. */
function Customers({ datasetId }: { datasetId: string }): ReactElement | null {
  const answers = useAnswers(datasetId)
  if (answers.isPending) return <Loading what="answers" />
  if (answers.isError) return <Failure error={answers.error} retry={answers.refetch} />
  const baskets = basketSizes(answers.data.items)
  const retention = retentionByCohort(answers.data.items)
  if (baskets === null && retention === null) return null
  return (
    <section className="space-y-4">
      <div>
        <h2 className="text-lg font-semibold">Baskets and returning customers</h2>
        <p className="mt-1 text-sm text-muted">What is stored, as the answers count it.</p>
      </div>
      <div className="grid items-start gap-4 md:grid-cols-2">
        {baskets !== null && <FigureCard figure={baskets} />}
        {retention !== null && <GridCard grid={retention} />}
      </div>
    </section>
  )
}

function FullReport({ datasetId, report }: { datasetId: string; report: Report }): ReactElement {
  const checks = report.checks ?? []
  return (
    <>
      {checks.filter(isBroken).map((check) => (
        <BrokenCheck key={check.name} check={check} />
      ))}
      <section className="space-y-3">
        <h2 className="text-lg font-semibold">Invariants</h2>
        {report.invariants?.map((invariant) => (
          <InvariantDisclosure
            key={invariant.number}
            invariant={invariant}
            checks={checks.filter((check) => check.invariant === invariant.number)}
          />
        ))}
      </section>
      <Figures figures={report.figures ?? []} />
      <Customers datasetId={datasetId} />
    </>
  )
}

/** What was proven of the dataset: the checks of its load, or every invariant once a full report was made. */
export function ReportTab(): ReactElement {
  const { datasetId = '' } = useParams()
  const report = useReport(datasetId)
  if (report.isPending) return <Loading what="report" />
  if (report.isError) return <Failure error={report.error} retry={report.refetch} />
  const { state, kind, reason, checks } = report.data
  const running = state === 'running'
  return (
    <div className="space-y-8">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <div role="status">
          {kind == null ? (
            <p className="text-muted">{running ? 'The report is being made…' : 'Nothing was checked yet.'}</p>
          ) : (
            <Verdict report={report.data} />
          )}
        </div>
        <NewReport datasetId={datasetId} running={running} />
      </div>
      {state === 'failed' && <Notice tone="danger">{reason ?? 'The report could not be made.'}</Notice>}
      {kind === 'seal' && <CheckTable label="Checks of the load" checks={checks ?? []} />}
      {kind === 'full' && <FullReport datasetId={datasetId} report={report.data} />}
    </div>
  )
}
