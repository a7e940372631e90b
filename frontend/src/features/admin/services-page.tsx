import type { ReactElement } from 'react'

import { Badge } from '@/components/ui/badge'
import { Failure, Loading } from '@/components/ui/notice'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import type { ServiceHealth } from '@/lib/api/types'
import { formatName } from '@/lib/format'

import { useHealth } from './api'

function ServiceRow({ service }: { service: ServiceHealth }): ReactElement {
  const failed = Object.entries(service.failed)
  return (
    <Row>
      <Cell className="font-medium">{formatName(service.name)}</Cell>
      <Cell>
        <Badge tone={service.ready ? 'good' : 'danger'}>{service.ready ? 'ready' : 'not ready'}</Badge>
      </Cell>
      <Cell className="min-w-64">
        {failed.length === 0 ? (
          <span className="text-muted">–</span>
        ) : (
          <ul className="space-y-1">
            {failed.map(([check, reason]) => (
              <li key={check} className="break-words">
                <span className="font-medium">{check}</span>: {reason}
              </li>
            ))}
          </ul>
        )}
      </Cell>
    </Row>
  )
}

function Services(): ReactElement {
  const { data: services, error, refetch } = useHealth()
  if (error !== null) return <Failure error={error} retry={refetch} />
  if (services === undefined) return <Loading what="services" />
  return (
    <Table label="Services">
      <TableHead columns={['Service', 'State', 'What it lacks']} />
      <tbody>
        {services.map((service) => (
          <ServiceRow key={service.name} service={service} />
        ))}
      </tbody>
    </Table>
  )
}

/** What the services that have an API say of themselves. */
export function ServicesPage(): ReactElement {
  return (
    <>
      <title>Services · Cartload</title>
      <p className="mb-5 max-w-prose text-sm text-muted">
        What the services with an API say of themselves, asked every few seconds. Workers, consumers and tasks
        are watched by their metrics.
      </p>
      <Services />
    </>
  )
}
