import type { ReactElement } from 'react'

import { CopyButton } from '@/components/ui/copy-button'
import type { Stream } from '@/lib/api/types'

/** The topics of a stream, by the names that Kafka has for them. */
export function StreamTopics({ topics }: { topics: Stream['topics'] }): ReactElement {
  return (
    <>
      <ul className="divide-y divide-line text-sm">
        {topics.map(({ topic, name }) => (
          <li key={name} className="flex items-center justify-between gap-4 py-2 first:pt-0">
            <span className="min-w-0">
              <span className="block font-mono text-[13px] break-all">{name}</span>
              {name !== topic && <span className="block text-xs break-all text-muted">{topic}</span>}
            </span>
            <CopyButton text={name} what={name} />
          </li>
        ))}
      </ul>
      {topics.length > 1 && (
        <div className="mt-3 flex items-center justify-between gap-4 border-t border-line pt-3 text-sm">
          <span className="text-muted">All names, with commas between them</span>
          <CopyButton text={topics.map(({ name }) => name).join(',')} what="all names" />
        </div>
      )}
    </>
  )
}
