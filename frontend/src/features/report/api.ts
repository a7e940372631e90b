import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'

import { config } from '@/config'
import { datasetPath } from '@/features/datasets/api'
import { useAllPages } from '@/hooks/use-all-pages'
import { answer, api } from '@/lib/api/client'
import { allItems, byCursor, omitEmpty, type Page } from '@/lib/api/pages'
import type { AnswerList, Report, ReportSummary } from '@/lib/api/types'

const reportKey = (id: string): string[] => ['datasets', 'report', id]

/** How long until a report is asked for again; a full one that is there changes only by what the user does. */
export function reportInterval(report: Report | undefined): number | false {
  if (report?.state === 'running') return config.reportPoll.running
  return report?.kind === 'full' ? false : config.reportPoll.awaited
}

/** What was proven of a dataset, asked for again until there is a full report. */
export function useReport(id: string): UseQueryResult<Report> {
  return useQuery({
    queryKey: reportKey(id),
    queryFn: () => answer(api.GET('/api/datasets/{dataset_id}/report', datasetPath(id))),
    refetchInterval: (held) => reportInterval(held.state.data),
  })
}

/** How long until the reports of all datasets are asked for again: while they are not known, or may change. */
export function summariesInterval(reports: readonly ReportSummary[] | undefined): number | false {
  if (reports?.some(({ state }) => state === 'running')) return config.reportPoll.running
  return reports?.every(({ kind }) => kind === 'full') ? false : config.reportPoll.listed
}

/** What the reports of all datasets come to, by the ids of the datasets; null while that is not known. */
export function useReportSummaries(): ReadonlyMap<string, ReportSummary> | null {
  const query = useInfiniteQuery({
    queryKey: ['datasets', 'reports'],
    queryFn: ({ pageParam }): Promise<Page<ReportSummary>> =>
      answer(
        api.GET('/api/reports', {
          params: { query: omitEmpty({ cursor: pageParam, limit: config.pageSize.reports }) },
        }),
      ),
    ...byCursor,
    refetchInterval: ({ state: { data } }) => summariesInterval(data && allItems(data)),
  })
  useAllPages(query)
  if (query.data === undefined) return null
  return new Map(allItems(query.data).map((report) => [report.dataset_id, report]))
}

/** Starts a full report. */
export function useNewReport(id: string): UseMutationResult<Report, Error, void> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.POST('/api/datasets/{dataset_id}/report', datasetPath(id))),
    onSuccess: (report) => client.setQueryData(reportKey(id), report),
  })
}

/** The answers that came with the newest full report. */
export function useAnswers(id: string): UseQueryResult<AnswerList> {
  const report = useReport(id)
  return useQuery({
    queryKey: ['datasets', 'answers', id, report.data?.made_at ?? null],
    queryFn: () => answer(api.GET('/api/datasets/{dataset_id}/answers', datasetPath(id))),
    // Asked for before, they would be asked for again once the report is known.
    enabled: !report.isPending,
  })
}
