import type { ReactElement } from 'react'

import { Badge } from '@/components/ui/badge'
import type { Stream } from '@/lib/api/types'

import { toneOf } from './states'

export function StreamBadge({ stream }: { stream: Stream }): ReactElement {
  return <Badge tone={toneOf(stream.state)}>{stream.state}</Badge>
}
