import { Fragment, type ReactElement } from 'react'

import { Badge } from '@/components/ui/badge'
import { Failure, Loading, Notice } from '@/components/ui/notice'
import { ProgressBar } from '@/components/ui/progress-bar'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import type { Limit, ServiceLimits } from '@/lib/api/types'
import { formatBytes, formatCount, formatName, shareOf } from '@/lib/format'

import { useLimits } from './api'

/** What a service keeps the limits of. */
const subjects: Readonly<Record<string, string>> = {
  gateway: 'Requests and connections',
  auth: 'Passwords and sign-ins',
  generator: 'Jobs and storage',
  writer: 'Queries, exports and downloads',
  notifier: 'Live connections',
  shop: 'Shops',
}

/** From this share of a limit on, it is said to be nearly used up. */
const near = 0.8

/** A description of a setting without the marks of code that it has in documents. */
const plainText = (description: string): string => description.replaceAll('`', '')

const amountOf = (setting: string, value: number): string =>
  setting.endsWith('_BYTES') ? formatBytes(value) : formatCount(value)

function Used({ limit: { setting, description, maximum, used } }: { limit: Limit }): ReactElement {
  if (used === null) return <span className="text-muted">not counted</span>
  return (
    <div className="min-w-24">
      <p className="mb-1 flex flex-wrap items-center gap-x-2 tabular-nums">
        {amountOf(setting, used)}
        {shareOf(used, maximum) >= near && <Badge tone="warn">nearly used up</Badge>}
      </p>
      <ProgressBar thin label={`Used: ${plainText(description)}`} done={used} total={maximum} />
    </div>
  )
}

function LimitRow({ limit }: { limit: Limit }): ReactElement {
  return (
    <Row>
      <Cell className="min-w-44">
        {plainText(limit.description)}
        <code className="mt-0.5 block font-mono text-xs text-muted">
          {limit.setting.split('_').map((word, place) => (
            <Fragment key={place}>
              {place > 0 && (
                <>
                  _<wbr />
                </>
              )}
              {word}
            </Fragment>
          ))}
        </code>
      </Cell>
      <Cell className="text-right whitespace-nowrap tabular-nums">
        {amountOf(limit.setting, limit.maximum)}
      </Cell>
      <Cell>
        <Used limit={limit} />
      </Cell>
    </Row>
  )
}

function ServiceSection({ service: { name, items, reason } }: { service: ServiceLimits }): ReactElement {
  const title = subjects[name] ?? formatName(name)
  return (
    <section className="space-y-3">
      <h2 className="text-lg font-semibold">{title}</h2>
      {reason !== null && (
        <Notice tone="warn">
          The {name} does not tell its limits now. {reason}
        </Notice>
      )}
      {items.length > 0 && (
        <Table label={`Limits of the ${name}`}>
          <TableHead
            columns={[
              'Limit',
              { title: 'At most', figures: true, className: 'sm:w-36' },
              { title: 'Used now', className: 'sm:w-64' },
            ]}
          />
          <tbody>
            {items.map((limit) => (
              <LimitRow key={limit.setting} limit={limit} />
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}

function Limits(): ReactElement {
  const { data: services, error, refetch } = useLimits()
  if (error !== null) return <Failure error={error} retry={refetch} />
  if (services === undefined) return <Loading what="limits" />
  return (
    <div className="space-y-8">
      {services.map((service) => (
        <ServiceSection key={service.name} service={service} />
      ))}
    </div>
  )
}

/** The limits of users and of all together, and how far they are used; settings change them. */
export function LimitsPage(): ReactElement {
  return (
    <>
      <title>Limits · Cartload</title>
      <p className="mb-6 max-w-prose text-sm text-muted">
        Settings of the services decide these, under the names below. What is used is counted in the replica
        that answers, every few seconds; where each user or address has a limit of its own, it is what the one
        that uses most has.
      </p>
      <Limits />
    </>
  )
}
