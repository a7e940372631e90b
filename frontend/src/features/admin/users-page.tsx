import { useState, type ReactElement } from 'react'
import { useSearchParams } from 'react-router'

import { Badge } from '@/components/ui/badge'
import { SelectField, TextField } from '@/components/ui/field'
import { MoreButton } from '@/components/ui/more-button'
import { Empty, Failure, Loading } from '@/components/ui/notice'
import { Cell, Row, Table, TableHead } from '@/components/ui/table'
import { config } from '@/config'
import { useDebounced } from '@/hooks/use-debounced'
import { allItems } from '@/lib/api/pages'
import type { ListedUser } from '@/lib/api/types'
import { formatCount, formatDateTime } from '@/lib/format'
import { useSession } from '@/lib/session/store'

import { useUsers, type UserFilter } from './api'
import { UserActions } from './user-actions'

/** What the filter of the list can be, by the name it has in the address. */
const filters = {
  admins: { label: 'Administrators', role: 'admin', disabled: undefined },
  disabled: { label: 'Disabled', role: undefined, disabled: true },
} as const

function UserRow({ user, own }: { user: ListedUser; own: boolean }): ReactElement {
  return (
    <Row>
      <Cell className="min-w-40 font-medium">
        <span className="flex flex-wrap items-center gap-2">
          <span className="break-all">{user.user_name}</span>
          {own && <Badge tone="good">you</Badge>}
          {user.role === 'admin' && <Badge tone="accent">admin</Badge>}
          {user.disabled_at != null && <Badge tone="danger">disabled</Badge>}
        </span>
      </Cell>
      <Cell className="whitespace-nowrap text-muted">{formatDateTime(user.created_at)}</Cell>
      <Cell className="text-right">{formatCount(user.sessions)}</Cell>
      <Cell>
        <UserActions user={user} />
      </Cell>
    </Row>
  )
}

function Users({ filter }: { filter: UserFilter }): ReactElement {
  const query = useUsers(filter)
  const own = useSession((session) => session.user?.id)
  if (query.isPending) return <Loading what="users" />
  if (query.isError) return <Failure error={query.error} retry={query.refetch} />
  const users = allItems(query.data)
  if (users.length === 0)
    return (
      <Empty title="No such users">
        {filter.q === '' ? 'Nobody is in this state.' : `No name here begins with “${filter.q}”.`}
      </Empty>
    )
  return (
    <>
      <Table label="Users">
        <TableHead
          columns={['Name', 'Since', { title: 'Sessions', figures: true }, { title: 'Change', hidden: true }]}
        />
        <tbody className="tabular-nums">
          {users.map((user) => (
            <UserRow key={user.id} user={user} own={user.id === own} />
          ))}
        </tbody>
      </Table>
      <MoreButton query={query} />
    </>
  )
}

/** All accounts: found by name, given roles, disabled and enabled. */
export function UsersPage(): ReactElement {
  const [search, setSearch] = useSearchParams()
  const shown = search.get('show')
  const chosen = shown === 'admins' || shown === 'disabled' ? shown : undefined
  const [q, setQ] = useState(search.get('q') ?? '')
  const settled = useDebounced(q.trim(), config.previewDelay)
  const { role, disabled } = chosen === undefined ? { role: undefined, disabled: undefined } : filters[chosen]
  const change = (name: string, value: string): void =>
    setSearch(
      (present) => {
        if (value === '') present.delete(name)
        else present.set(name, value)
        return present
      },
      { replace: true, preventScrollReset: true },
    )
  return (
    <>
      <title>Users · Cartload</title>
      <div className="mb-5 flex flex-wrap gap-3">
        <div className="w-full sm:w-72">
          <TextField
            label="Names that begin with"
            hideLabel
            type="search"
            placeholder="Find by name"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={64}
            value={q}
            onChange={(event) => {
              setQ(event.target.value)
              change('q', event.target.value.trim())
            }}
          />
        </div>
        <SelectField
          label="Which users"
          hideLabel
          value={chosen ?? ''}
          onChange={(event) => change('show', event.target.value)}
        >
          <option value="">Everybody</option>
          {Object.entries(filters).map(([name, { label }]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </SelectField>
      </div>
      <Users filter={{ q: settled, role, disabled }} />
    </>
  )
}
