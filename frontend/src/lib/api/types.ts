/** The things of the API by the names that the interface uses; their shapes come from the services' OpenAPI. */
import type { paths } from './schema.gen'

type Json<T> = T extends { content: { 'application/json': infer Body } } ? Body : never

/** The body that an operation answers with. */
type Answer<Operation, Status extends number> = Operation extends { responses: infer Responses }
  ? Status extends keyof Responses
    ? Json<Responses[Status]>
    : never
  : never

type ItemOf<Listing> = Listing extends { items: (infer Item)[] } ? Item : never

export type Session = Answer<paths['/api/auth/login']['post'], 200>
export type User = Answer<paths['/api/auth/me']['get'], 200>
export type SignedInPlace = ItemOf<Answer<paths['/api/auth/sessions']['get'], 200>>
export type PersonalToken = ItemOf<Answer<paths['/api/auth/tokens']['get'], 200>>
export type CreatedToken = Answer<paths['/api/auth/tokens']['post'], 201>

export type ListedUser = ItemOf<Answer<paths['/api/admin/users']['get'], 200>>
export type UserChange = NonNullable<
  paths['/api/admin/users/{user_id}']['patch']['requestBody']
>['content']['application/json']
export type ServiceHealth = ItemOf<Answer<paths['/api/admin/health']['get'], 200>>
export type ServiceLimits = ItemOf<Answer<paths['/api/admin/limits']['get'], 200>>
export type Limit = ItemOf<ServiceLimits>
export type OwnedJob = ItemOf<Answer<paths['/api/admin/jobs']['get'], 200>>
export type DeadLetter = ItemOf<Answer<paths['/api/admin/dead-letters']['get'], 200>>
export type DeadLetterDetail = Answer<paths['/api/admin/dead-letters/{letter_id}']['get'], 200>

export type Job = Answer<paths['/api/jobs/{job_id}']['get'], 200>
export type JobState = Job['state']
export type JobEvent = ItemOf<Answer<paths['/api/jobs/{job_id}/events']['get'], 200>>
export type Stream = Answer<paths['/api/streams/{stream_id}']['get'], 200>
export type StreamState = Stream['state']
export type StreamRequest = NonNullable<
  paths['/api/streams']['post']['requestBody']
>['content']['application/json']
export type StreamEvent = ItemOf<Answer<paths['/api/streams/{stream_id}/events']['get'], 200>>
export type StreamExpected = Answer<paths['/api/streams/{stream_id}/expected']['get'], 200>
export type Preview = Answer<paths['/api/spec/preview']['post'], 200>
export type PreviewTable = Preview['tables'][string]

export type Dataset = Answer<paths['/api/datasets/{dataset_id}']['get'], 200>
export type Table = ItemOf<Answer<paths['/api/datasets/{dataset_id}/tables']['get'], 200>>
export type Column = Table['columns'][number]
export type StoredFile = ItemOf<Answer<paths['/api/datasets/{dataset_id}/files']['get'], 200>>
export type Connection = Answer<paths['/api/datasets/{dataset_id}/connection']['get'], 200>
export type NewConnection = Answer<paths['/api/datasets/{dataset_id}/connection']['post'], 200>

export type Report = Answer<paths['/api/datasets/{dataset_id}/report']['get'], 200>
export type ReportSummary = ItemOf<Answer<paths['/api/reports']['get'], 200>>
export type Check = NonNullable<Report['checks']>[number]
export type Invariant = NonNullable<Report['invariants']>[number]
export type Figure = NonNullable<Report['figures']>[number]
export type AnswerList = Answer<paths['/api/datasets/{dataset_id}/answers']['get'], 200>
export type TrueAnswer = ItemOf<AnswerList>
