/** Every number the interface waits or counts by, in one place. Times are milliseconds unless the name says otherwise. */
export const config = {
  /** A token this close to its end is renewed before it is used. */
  tokenMargin: 30_000,
  /** The live connection proves itself again this long before its token ends. */
  renewBefore: 60_000,
  /** A live connection that said nothing for this long is dead (the server pings every 20 s). */
  silenceLimit: 45_000,
  /** Reconnecting waits between these, doubling each time. */
  backoff: { first: 500, most: 15_000, rateLimited: 20_000 },
  /** How often unfinished jobs are asked for while the live connection is down, and as a safety net while it is up. */
  poll: { offline: 4_000, online: 30_000 },
  /** How often a report is asked for while it is made, while a full one may still come by itself, and those of all. */
  reportPoll: { running: 2_000, awaited: 4_000, listed: 15_000 },
  /** The preview is asked for once nobody has typed for this long. */
  previewDelay: 350,
  /** What is kept of the growth of jobs: points of each, and jobs. */
  observations: { ofJob: 400, jobs: 30 },
  /**
   * Throughput. Seconds: what "now" looks back on and the least of it that makes a rate, and the shortest step of
   * the chart. `silentAfter` so long without a row nothing is said of the rate.
   */
  throughput: { window: 10, leastWindow: 2, shortestStep: 1, mostSteps: 120, silentAfter: 15_000 },
  /** What is kept of the rates of streams: points of each, and streams. */
  rates: { ofStream: 400, streams: 30 },
  /** How often a clock on the page moves. */
  clock: 1_000,
  /** Rows of jobs that run are counted on in the pages at most this often. */
  jobsEvery: 250,
  /** How often progress is said aloud to screen readers. */
  announceEvery: 8_000,
  /** Rows asked for at once in lists, in tables and of reports; rows that refer to another are counted up to `counted`. */
  pageSize: { list: 50, rows: 100, preview: 8, events: 200, counted: 50, reports: 1_000 },
  /** Lists that are searched and sorted here are fetched up to so many pages. */
  mostListPages: 20,
  /** Exports of more rows than this are streamed to a file that the user picks, where the browser can. */
  pickFileAbove: 100_000,
  passwordLength: { least: 8, most: 64 },
} as const
