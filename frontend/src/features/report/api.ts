import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'

import { config } from '@/config'
import { datasetPath } from '@/features/datasets/api'
import { answer, api } from '@/lib/api/client'
import type { AnswerList, Report } from '@/lib/api/types'

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

/** Starts a full report. */
export function useNewReport(id: string): UseMutationResult<Report, Error, void> {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.POST('/api/datasets/{dataset_id}/report', datasetPath(id))),
    onSuccess: (report) => client.setQueryData(reportKey(id), report),
  })
}

/** The answers that came with a full report, which `madeAt` tells from others. */
export function useAnswers(id: string, madeAt: string | null): UseQueryResult<AnswerList> {
  return useQuery({
    queryKey: ['datasets', 'answers', id, madeAt],
    queryFn: () => answer(api.GET('/api/datasets/{dataset_id}/answers', datasetPath(id))),
  })
}
