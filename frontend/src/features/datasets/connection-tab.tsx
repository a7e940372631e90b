import type { ReactElement } from 'react'

import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Failure, Loading, Notice } from '@/components/ui/notice'
import { Card } from '@/components/ui/page'
import type { Connection } from '@/lib/api/types'

import { useConnection, useNewPassword } from './api'
import { useShownDataset } from './dataset-page'

function Line({ name, value }: { name: string; value: string | null }): ReactElement {
  return (
    <div className="gap-x-4 border-t border-line py-3 first:border-0 sm:flex sm:items-center">
      <dt className="w-28 shrink-0 text-sm text-muted">{name}</dt>
      <dd className="flex min-w-0 flex-1 items-center justify-between gap-4 text-sm">
        <span className="font-mono break-all">{value ?? '–'}</span>
        {value !== null && <CopyButton text={value} what={name.toLowerCase()} />}
      </dd>
    </div>
  )
}

/** The command that opens the dataset; it asks for the password itself. */
export function commandFor({ host, port, database, user }: Connection): string | null {
  if (host === null) return null
  return `mysql --host=${host} --port=${String(port ?? 3306)} --user=${user} --password ${database}`
}

/** How to reach the dataset with SQL. */
export function ConnectionTab(): ReactElement {
  const dataset = useShownDataset()
  const connection = useConnection(dataset.id)
  const newPassword = useNewPassword(dataset.id)
  if (connection.isPending) return <Loading what="connection" />
  if (connection.isError) return <Failure error={connection.error} retry={connection.refetch} />
  const { host, port, database, user, reason } = connection.data
  const command = commandFor(connection.data)
  return (
    <div className="max-w-3xl space-y-6">
      {host === null && <Notice tone="warn">{reason ?? 'The operator publishes no address for SQL.'}</Notice>}
      <Card>
        <dl>
          <Line name="Host" value={host} />
          <Line name="Port" value={port === null ? null : String(port)} />
          <Line name="Database" value={database} />
          <Line name="User" value={user} />
          {newPassword.data !== undefined && <Line name="Password" value={newPassword.data.password} />}
          {command !== null && <Line name="Command" value={command} />}
        </dl>
      </Card>
      {newPassword.data !== undefined && (
        <Notice tone="good">
          <span role="status">Copy the password now: it is shown only this once.</span>
        </Notice>
      )}
      {newPassword.error !== null && <Failure error={newPassword.error} />}
      <div className="flex flex-wrap items-center gap-4">
        <Button look="primary" busy={newPassword.isPending} onClick={() => newPassword.mutate()}>
          {connection.data.password_set_at == null ? 'Make a password' : 'Replace the password'}
        </Button>
        <p className="max-w-prose text-sm text-muted">
          The user can only read, and sees all your datasets. A new password replaces the one before.
        </p>
      </div>
    </div>
  )
}
