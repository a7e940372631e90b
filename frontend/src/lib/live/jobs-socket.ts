import { config } from '@/config'
import type { Job, Stream } from '@/lib/api/types'

import type { LiveStatus } from './jobs-store'

/** Why the server closes: the token is not (or no longer) good, or there are too many connections. */
const closeCode = { token: 4401, rateLimited: 4429 } as const

export interface JobsSocketPorts {
  /** Opens a connection; a browser `WebSocket`, or a fake of one. */
  open: () => WebSocket
  /** The token to prove oneself by; null when nobody is signed in. */
  token: () => Promise<string | null>
  /** Gets a new token after the server refused the last one. */
  renewToken: () => Promise<unknown>
  onJob: (job: Job) => void
  onStream: (stream: Stream) => void
  onStatus: (status: LiveStatus) => void
  /** A number in [0, 1) that spreads reconnecting clients. */
  random?: () => number
}

type ServerMessage =
  { type: 'ready' } | { type: 'ping' } | { type: 'job'; job: Job } | { type: 'stream'; stream: Stream }

const isOpen = (socket: WebSocket): boolean => socket.readyState === 1

function parse(data: unknown): ServerMessage | null {
  if (typeof data !== 'string') return null
  try {
    return JSON.parse(data) as ServerMessage
  } catch {
    return null
  }
}

/**
 * The live connection for events of jobs and streams: authenticates first, reconnects with backoff, and hangs up on silence.
 * Events carry whole states, so nothing needs replaying after a gap.
 */
export class JobsSocket {
  readonly #ports: JobsSocketPorts
  #socket: WebSocket | null = null
  #attempts = 0
  #stopped = true
  #timer: ReturnType<typeof setTimeout> | undefined
  #silence: ReturnType<typeof setTimeout> | undefined

  constructor(ports: JobsSocketPorts) {
    this.#ports = ports
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    this.#ports.onStatus('connecting')
    this.#connect()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#drop()
  }

  /** Proves who we are again, before the server hangs up at the end of the last token. */
  async authenticate(): Promise<void> {
    const socket = this.#socket
    if (socket === null || !isOpen(socket)) return
    const token = await this.#ports.token()
    if (token === null || socket !== this.#socket || !isOpen(socket)) return
    socket.send(JSON.stringify({ type: 'authenticate', token }))
  }

  /** Tries at once instead of waiting, e.g. when the network came back. */
  reconnectNow(): void {
    if (this.#stopped || this.#socket !== null) return
    clearTimeout(this.#timer)
    this.#connect()
  }

  #connect(): void {
    const socket = this.#ports.open()
    this.#socket = socket
    socket.onopen = () => void this.authenticate()
    socket.onmessage = (event: MessageEvent<unknown>) => this.#receive(event.data)
    socket.onclose = (event) => this.#closed(event.code)
    this.#listen()
  }

  #receive(data: unknown): void {
    this.#listen()
    const message = parse(data)
    if (message?.type === 'job') this.#ports.onJob(message.job)
    if (message?.type === 'stream') this.#ports.onStream(message.stream)
    if (message?.type === 'ready') {
      this.#attempts = 0
      this.#ports.onStatus('live')
    }
  }

  /** Starts waiting for the next word anew. */
  #listen(): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#closed(1006), config.silenceLimit)
  }

  #closed(code: number): void {
    this.#drop()
    if (this.#stopped) return
    this.#ports.onStatus('offline')
    this.#timer = setTimeout(() => void this.#again(code), this.#delay(code))
  }

  async #again(code: number): Promise<void> {
    if (code === closeCode.token) await this.#ports.renewToken().catch(() => undefined)
    if (!this.#stopped && this.#socket === null) this.#connect()
  }

  #delay(code: number): number {
    const { first, most, rateLimited } = config.backoff
    const random = this.#ports.random ?? Math.random
    const longest = code === closeCode.rateLimited ? rateLimited : Math.min(most, first * 2 ** this.#attempts)
    this.#attempts += 1
    return longest * (0.5 + random() / 2)
  }

  #drop(): void {
    clearTimeout(this.#silence)
    const socket = this.#socket
    this.#socket = null
    if (socket === null) return
    socket.onopen = socket.onmessage = socket.onclose = null
    socket.close()
  }
}
