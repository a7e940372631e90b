import type { QueryClient } from '@tanstack/react-query'

import { config } from '@/config'
import type { Job, Stream } from '@/lib/api/types'
import { coalesceJobs } from '@/lib/live/job-updates'
import { JobsSocket } from '@/lib/live/jobs-socket'
import { forgetJobs, mergeJob, setLiveStatus, useLiveJobs, type LiveStatus } from '@/lib/live/jobs-store'
import { forgetObservations, keepObservations, observe, restoreObservations } from '@/lib/live/observations'
import { forgetRates, keepRates, observeRate, restoreRates } from '@/lib/live/stream-rates'
import { changesLists, mergeStream } from '@/lib/live/streams-cache'
import { freshToken, refreshSession } from '@/lib/session/refresh'
import { useSession } from '@/lib/session/store'

const liveUrl = (): string => `${window.location.origin.replace(/^http/, 'ws')}/ws/jobs`

/** What was fetched about jobs and datasets is out of date when a job appears, ends or changes state. */
function refetchAround(client: QueryClient, job: Job): void {
  const known = useLiveJobs.getState().jobs[job.id]
  if (known?.state === job.state && known.phase === job.phase) return
  void client.invalidateQueries({ queryKey: ['jobs', 'list'] })
  void client.invalidateQueries({ queryKey: ['datasets'] })
}

/** Takes a stream's state in, and asks for lists again when it appears or changes state. */
function takeStream(client: QueryClient, stream: Stream): void {
  if (changesLists(client, stream)) void client.invalidateQueries({ queryKey: ['streams', 'list'] })
  observeRate(stream)
  mergeStream(client, stream)
}

/** A job or a stream may have ended while nobody listened; the server then says nothing more about it. */
function statusChanged(client: QueryClient, status: LiveStatus): void {
  const before = useLiveJobs.getState().status
  setLiveStatus(status)
  if (status !== 'live' || before === 'live') return
  void client.invalidateQueries({ queryKey: ['jobs'] })
  void client.invalidateQueries({ queryKey: ['streams'] })
}

/** Renews the token before the live connection would be closed for it, time and again. */
function keepRenewed(socket: JobsSocket): () => void {
  let timer: ReturnType<typeof setTimeout>
  const plan = (expiresAt: number): void => {
    clearTimeout(timer)
    const wait = Math.max(config.backoff.most, expiresAt - Date.now() - config.renewBefore)
    timer = setTimeout(() => void refreshSession().catch(() => plan(expiresAt)), wait)
  }
  plan(useSession.getState().expiresAt)
  const forget = useSession.subscribe((session, before) => {
    if (session.token === null || session.token === before.token) return
    plan(session.expiresAt)
    void socket.authenticate()
  })
  return () => {
    clearTimeout(timer)
    forget()
  }
}

/** Follows the user's jobs and streams over the live connection. Returns how to stop, which also forgets what was seen. */
export function followJobs(client: QueryClient): () => void {
  const updates = coalesceJobs((job) => {
    refetchAround(client, job)
    observe(job)
    mergeJob(job)
  }, config.jobsEvery)
  const socket = new JobsSocket({
    open: () => new WebSocket(liveUrl()),
    token: freshToken,
    renewToken: refreshSession,
    onJob: updates.push,
    onStream: (stream) => takeStream(client, stream),
    onStatus: (status) => statusChanged(client, status),
  })
  const reconnectNow = (): void => socket.reconnectNow()
  const stopRenewing = keepRenewed(socket)
  restoreObservations()
  restoreRates()
  window.addEventListener('online', reconnectNow)
  window.addEventListener('pagehide', keepObservations)
  window.addEventListener('pagehide', keepRates)
  socket.start()
  return () => {
    window.removeEventListener('online', reconnectNow)
    window.removeEventListener('pagehide', keepObservations)
    window.removeEventListener('pagehide', keepRates)
    stopRenewing()
    socket.stop()
    updates.stop()
    forgetJobs()
    forgetObservations()
    forgetRates()
    if (useSession.getState().status !== 'signed-in') client.clear()
  }
}
