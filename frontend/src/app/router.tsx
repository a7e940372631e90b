import { createBrowserRouter, Navigate } from 'react-router'

import { Loading } from '@/components/ui/notice'
import { ConnectionTab } from '@/features/datasets/connection-tab'
import { DatasetPage } from '@/features/datasets/dataset-page'
import { FilesTab } from '@/features/datasets/files-tab'
import { SpecTab } from '@/features/datasets/spec-tab'
import { TablesTab } from '@/features/datasets/tables-tab'
import { HomePage } from '@/features/home/home-page'
import { ActiveJob } from '@/features/jobs/active-job'
import { DatasetJobsTab } from '@/features/jobs/dataset-jobs-tab'
import { JobsPage } from '@/features/jobs/jobs-page'
import { AnswersTab } from '@/features/report/answers-tab'
import { SignInPage } from '@/features/session/sign-in-page'
import { SignUpPage } from '@/features/session/sign-up-page'
import { TokensPage } from '@/features/tokens/tokens-page'

import { AdminOnly } from './admin-only'
import { CrashPage } from './crash-page'
import { Layout } from './layout'
import { NotFoundPage } from './not-found-page'
import { SignedIn } from './signed-in'
import { TableRoute } from './table-route'

const dataset = [
  // Fetched when first opened, with what draws its plots.
  {
    index: true,
    lazy: async () => ({ Component: (await import('@/features/overview/overview-tab')).OverviewTab }),
  },
  { path: 'tables', element: <TablesTab /> },
  {
    path: 'schema',
    lazy: async () => ({ Component: (await import('@/features/schema/schema-tab')).SchemaTab }),
  },
  { path: 'files', element: <FilesTab /> },
  { path: 'connection', element: <ConnectionTab /> },
  {
    path: 'report',
    lazy: async () => ({ Component: (await import('@/features/report/report-tab')).ReportTab }),
  },
  { path: 'answers', element: <AnswersTab /> },
  { path: 'jobs', element: <DatasetJobsTab /> },
  { path: 'spec', element: <SpecTab /> },
]

/** Fetched together when an administrator first opens one of them. */
const adminPages = () => import('@/features/admin/pages')

const admin = [
  { index: true, element: <Navigate to="users" replace /> },
  { path: 'users', lazy: async () => ({ Component: (await adminPages()).UsersPage }) },
  { path: 'jobs', lazy: async () => ({ Component: (await adminPages()).AllJobsPage }) },
  { path: 'services', lazy: async () => ({ Component: (await adminPages()).ServicesPage }) },
  { path: 'limits', lazy: async () => ({ Component: (await adminPages()).LimitsPage }) },
  { path: 'dead-letters', lazy: async () => ({ Component: (await adminPages()).DeadLettersPage }) },
  { path: 'dead-letters/:letterId', lazy: async () => ({ Component: (await adminPages()).DeadLetterPage }) },
]

const signedIn = [
  { index: true, element: <HomePage /> },
  { path: 'datasets', element: <HomePage /> },
  {
    path: 'datasets/new',
    lazy: async () => ({
      Component: (await import('@/features/new-dataset/new-dataset-page')).NewDatasetPage,
    }),
  },
  { path: 'datasets/:datasetId', element: <DatasetPage progress={<ActiveJob />} />, children: dataset },
  { path: 'datasets/:datasetId/tables/:table', element: <TableRoute /> },
  { path: 'jobs', element: <JobsPage /> },
  // Fetched when first opened, with what draws its chart.
  {
    path: 'jobs/:jobId',
    lazy: async () => ({ Component: (await import('@/features/jobs/job-page')).JobPage }),
  },
  { path: 'tokens', element: <TokensPage /> },
  {
    path: 'admin',
    element: <AdminOnly />,
    children: [{ lazy: async () => ({ Component: (await adminPages()).AdminLayout }), children: admin }],
  },
  {
    path: 'account',
    lazy: async () => ({ Component: (await import('@/features/account/account-page')).AccountPage }),
  },
]

/** Every address of the interface. */
export const router = createBrowserRouter([
  {
    element: <Layout />,
    errorElement: <CrashPage />,
    hydrateFallbackElement: <Loading what="page" />,
    children: [
      { path: 'sign-in', element: <SignInPage /> },
      { path: 'sign-up', element: <SignUpPage /> },
      { element: <SignedIn />, children: signedIn },
      { path: '*', element: <NotFoundPage /> },
    ],
  },
])
