import { useState, type ReactElement } from 'react'

import { Button } from '@/components/ui/button'
import { Confirm } from '@/components/ui/dialog'
import { MoreButton } from '@/components/ui/more-button'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { Card, PageHeader } from '@/components/ui/page'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import { toast } from '@/components/ui/toasts'
import { allItems } from '@/lib/api/pages'
import { messageOf } from '@/lib/api/problem'
import type { PersonalToken } from '@/lib/api/types'
import { formatDateTime } from '@/lib/format'

import { useRevokeToken, useTokens } from './api'
import { NewTokenForm } from './new-token-form'

function RevokeButton({ token }: { token: PersonalToken }): ReactElement {
  const [asking, setAsking] = useState(false)
  const revoke = useRevokeToken()
  const confirm = (): void =>
    revoke.mutate(token.id, {
      onSuccess: () => toast(`${token.name} is revoked.`),
      onError: (error) => toast(messageOf(error)),
      onSettled: () => setAsking(false),
    })
  return (
    <>
      <Button size="small" look="danger" aria-label={`Revoke ${token.name}`} onClick={() => setAsking(true)}>
        Revoke
      </Button>
      {asking && (
        <Confirm
          title={`Revoke ${token.name}?`}
          action="Revoke the token"
          busy={revoke.isPending}
          onConfirm={confirm}
          onClose={() => setAsking(false)}
        >
          Scripts that use it are refused within a minute.
        </Confirm>
      )}
    </>
  )
}

function Tokens(): ReactElement {
  const tokens = useTokens()
  if (tokens.isPending) return <Loading what="tokens" />
  if (tokens.isError) return <Failure error={tokens.error} retry={tokens.refetch} />
  const items = allItems(tokens.data)
  if (items.length === 0) return <Empty title="No tokens yet">Make one to use Cartload from a script.</Empty>
  return (
    <>
      <Table label="Personal tokens">
        <TableHead columns={['Name', 'Made', 'Last used', 'Ends', { title: 'Revoke', hidden: true }]} />
        <tbody className="tabular-nums">
          {items.map((token) => (
            <Row key={token.id}>
              <Cell className="font-medium">{token.name}</Cell>
              <Cell className="whitespace-nowrap text-muted">{formatDateTime(token.created_at)}</Cell>
              <Cell className="whitespace-nowrap text-muted">
                {token.last_used_at == null ? 'never' : formatDateTime(token.last_used_at)}
              </Cell>
              <Cell className="whitespace-nowrap text-muted">{formatDateTime(token.expires_at)}</Cell>
              <Cell className="text-right">
                <RevokeButton token={token} />
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
      <MoreButton query={tokens} />
    </>
  )
}

/** Personal tokens for scripts. */
export function TokensPage(): ReactElement {
  return (
    <>
      <PageHeader
        title="Personal tokens"
        below="For scripts: they act as you, until they end or are revoked."
      />
      <div className="space-y-6">
        <Card>
          <NewTokenForm />
        </Card>
        <Tokens />
      </div>
    </>
  )
}
