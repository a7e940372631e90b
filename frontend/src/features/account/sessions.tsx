import { useState, type ReactElement } from 'react'

import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Confirm } from '@/components/ui/dialog'
import { MoreButton } from '@/components/ui/more-button'
import { Failure, Loading } from '@/components/ui/notice'
import { toast } from '@/components/ui/toasts'
import { allItems } from '@/lib/api/pages'
import { messageOf } from '@/lib/api/problem'
import type { SignedInPlace } from '@/lib/api/types'
import { formatDateTime } from '@/lib/format'

import { useEndOtherSessions, useEndSession, useSessions } from './api'
import { clientName } from './client-name'

function EndButton({ place }: { place: SignedInPlace }): ReactElement {
  const end = useEndSession()
  const name = clientName(place.user_agent)
  return (
    <Button
      size="small"
      look="danger"
      busy={end.isPending}
      aria-label={`Sign out ${name}, since ${formatDateTime(place.created_at)}`}
      onClick={() =>
        end.mutate(place.id, {
          onSuccess: () => toast(`${name} is signed out.`),
          onError: (error) => toast(messageOf(error)),
        })
      }
    >
      Sign out
    </Button>
  )
}

function Place({ place }: { place: SignedInPlace }): ReactElement {
  const since = formatDateTime(place.created_at)
  const seen = formatDateTime(place.renewed_at)
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 py-3.5 first:pt-0">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2 font-medium" title={place.user_agent ?? undefined}>
          {clientName(place.user_agent)}
          {place.current && <Badge tone="good">this one</Badge>}
          {place.kind === 'plain' && <Badge>plain endpoints</Badge>}
        </p>
        <p className="mt-0.5 text-sm text-muted tabular-nums">
          Since {since}
          {seen !== since && `, last seen ${seen}`}
        </p>
      </div>
      {!place.current && <EndButton place={place} />}
    </li>
  )
}

function EndOthers(): ReactElement {
  const [asking, setAsking] = useState(false)
  const end = useEndOtherSessions()
  const confirm = (): void =>
    end.mutate(undefined, {
      onSuccess: () => toast('You are signed out everywhere else.'),
      onError: (error) => toast(messageOf(error)),
      onSettled: () => setAsking(false),
    })
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        Sign out everywhere else
      </Button>
      {asking && (
        <Confirm
          title="Sign out everywhere else?"
          action="Sign out everywhere else"
          busy={end.isPending}
          onConfirm={confirm}
          onClose={() => setAsking(false)}
        >
          Every other browser and script has to sign in again, within a quarter of an hour at the latest.
          Personal tokens go on.
        </Confirm>
      )}
    </>
  )
}

/** Where the account is signed in, each to be ended. */
export function Sessions(): ReactElement {
  const sessions = useSessions()
  if (sessions.isPending) return <Loading what="sessions" />
  if (sessions.isError) return <Failure error={sessions.error} retry={sessions.refetch} />
  const places = allItems(sessions.data)
  return (
    <div className="space-y-4">
      <ul aria-label="Sessions" className="divide-y divide-line">
        {places.map((place) => (
          <Place key={place.id} place={place} />
        ))}
      </ul>
      <MoreButton query={sessions} />
      {places.some(({ current }) => !current) && <EndOthers />}
    </div>
  )
}
