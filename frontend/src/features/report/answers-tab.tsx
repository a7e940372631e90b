import type { ReactElement } from 'react'
import { Link, useParams } from 'react-router'

import { CopyButton } from '@/components/ui/copy-button'
import { Disclosure } from '@/components/ui/disclosure'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { ValueTable } from '@/components/ui/value-table'
import type { TrueAnswer } from '@/lib/api/types'

import { useAnswers, useReport } from './api'

function Sql({ text, dialect }: { text: string; dialect: string }): ReactElement {
  return (
    <details className="text-sm">
      <summary className="rounded text-muted hover:text-ink">SQL for {dialect}</summary>
      <div className="mt-3 flex items-start gap-4">
        <pre
          tabIndex={0}
          aria-label={`SQL for ${dialect}`}
          className="min-w-0 flex-1 overflow-x-auto rounded-lg bg-sunken p-4"
        >
          {text}
        </pre>
        <CopyButton text={text} what={`SQL for ${dialect}`} />
      </div>
    </details>
  )
}

/** `How large are baskets? All orders by …` → the question, and what it means exactly. */
export function splitQuestion(text: string): [question: string, meaning: string] {
  const end = text.indexOf('? ') + 1
  return end === 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)]
}

function AnswerDisclosure({ answer }: { answer: TrueAnswer }): ReactElement {
  const [question, meaning] = splitQuestion(answer.question)
  return (
    <Disclosure title={<span className="font-medium">{question}</span>}>
      <p className="max-w-prose text-sm text-muted">{meaning}</p>
      <ValueTable label={question} columns={answer.columns} rows={answer.rows} />
      <Sql text={answer.mysql} dialect="MySQL and MariaDB" />
      <Sql text={answer.sql} dialect="DuckDB" />
    </Disclosure>
  )
}

/** Business questions with their true answers and the SQL that finds them. */
export function AnswersTab(): ReactElement {
  const { datasetId = '' } = useParams()
  const report = useReport(datasetId)
  const answers = useAnswers(datasetId)
  if (answers.isPending) return <Loading what="answers" />
  if (answers.isError) return <Failure error={answers.error} retry={answers.refetch} />
  if (answers.data.items.length === 0)
    return (
      <Empty
        title={report.data?.state === 'running' ? 'Answers are being found' : 'No answers yet'}
        action={
          <Link
            to="../report"
            relative="path"
            className="font-medium text-accent underline underline-offset-4"
          >
            Open the report
          </Link>
        }
      >
        They are found together with a full report.
      </Empty>
    )
  return (
    <div className="space-y-3">
      <p className="mb-5 max-w-prose text-sm text-muted">
        What a pipeline built on this dataset must find. Money is in minor units, columns that end in{' '}
        <code>_bp</code> are hundredths of a percent.
      </p>
      {answers.data.items.map((answer) => (
        <AnswerDisclosure key={answer.name} answer={answer} />
      ))}
    </div>
  )
}
