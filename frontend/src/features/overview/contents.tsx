import type { ReactElement, ReactNode } from 'react'
import { Link } from 'react-router'

import { Empty, Failure, Loading } from '@/components/ui/notice'
import { currencyOf } from '@/features/datasets/figures'
import { basketSizes, ordersByHour, revenueByMonth } from '@/features/report/answer-plots'
import { useAnswers, useReport } from '@/features/report/api'
import { FigureCard, GridCard } from '@/features/report/plot-card'
import type { Dataset, TrueAnswer } from '@/lib/api/types'

function Plots({ dataset, answers }: { dataset: Dataset; answers: readonly TrueAnswer[] }): ReactElement {
  const revenue = revenueByMonth(answers, currencyOf(dataset))
  const hours = ordersByHour(answers)
  const baskets = basketSizes(answers)
  return (
    <div className="grid items-start gap-4 md:grid-cols-2 xl:grid-cols-3">
      {revenue !== null && <FigureCard figure={revenue} />}
      {hours !== null && <GridCard grid={hours} />}
      {baskets !== null && <FigureCard figure={baskets} />}
    </div>
  )
}

function NoPlots({ dataset, running }: { dataset: Dataset; running: boolean }): ReactElement {
  if (dataset.state === 'creating')
    return (
      <Empty title="No plots yet">
        They are drawn from the answers, which are found when all rows are stored and checked.
      </Empty>
    )
  return running ? (
    <Empty title="The answers are being found">The plots appear here by themselves.</Empty>
  ) : (
    <Empty title="No plots yet">They are drawn from the answers, which come with a full report.</Empty>
  )
}

/** What is in a dataset, by three plots. */
export function Contents({ dataset }: { dataset: Dataset }): ReactElement {
  const report = useReport(dataset.id)
  const answers = useAnswers(dataset.id)
  const found = answers.data?.items ?? []
  let shown: ReactNode
  if (answers.isError) shown = <Failure error={answers.error} retry={answers.refetch} />
  else if (answers.isPending)
    // About as high as the plots, so that what is below stays where it is.
    shown = (
      <div className="min-h-284 md:min-h-190 xl:min-h-96">
        <Loading what="plots" />
      </div>
    )
  else if (found.length > 0) shown = <Plots dataset={dataset} answers={found} />
  else shown = <NoPlots dataset={dataset} running={report.data?.state === 'running'} />
  return (
    <section className="space-y-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 className="text-lg font-semibold">What is in it</h2>
        {found.length > 0 && (
          <Link to="answers" className="text-sm font-medium text-accent underline underline-offset-4">
            All answers
          </Link>
        )}
      </div>
      {shown}
    </section>
  )
}
