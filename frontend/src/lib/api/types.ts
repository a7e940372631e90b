import type { components } from './schema.gen'

type Schemas = components['schemas']

export type User = Schemas['User']
export type Session = Schemas['Session']
export type Job = Schemas['Job']
export type JobState = Job['state']
export type JobEvent = Schemas['JobEvent']
export type Dataset = Schemas['Dataset']
export type Table = Schemas['Table']
export type Column = Schemas['Column']
export type StoredFile = Schemas['File']
export type Connection = Schemas['Connection']
export type NewConnection = Schemas['ConnectionWithPassword']
export type PersonalToken = Schemas['PersonalToken']
export type CreatedToken = Schemas['CreatedToken']
export type Preview = Schemas['Preview']
export type PreviewTable = Schemas['PreviewTable']
