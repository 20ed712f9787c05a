/** People say names, the server wants ids: finds the one thing that is meant. */
import type { Job } from '../../api/contract/jobs.ts'
import type { User } from '../../api/contract/users.ts'
import type { Client } from '../client/client.ts'
import { CommandFailure } from '../exit-codes.ts'
import { listed } from './command.ts'

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export const findJob = async (client: Client, job: string): Promise<Job> =>
  client.get<Job>(`/jobs/${await jobId(client, job)}`)

/** Names that hold the wanted one are looked through so far; then an id is asked for. */
const MOST_ALIKE = 1000

export const jobId = async (client: Client, job: string): Promise<string> => {
  if (ID.test(job)) return job.toLowerCase()
  const alike = await listed<Job>(client, '/jobs', { search: job, sort: 'name', order: 'asc' }, MOST_ALIKE)
  return theOne(
    'job',
    job,
    alike.filter(({ name }) => name === job),
  )
}

// A workspace has few people; its list is read whole rather than searched.
const MOST_USERS = 10_000

export const findUser = async (client: Client, user: string): Promise<User> => {
  if (ID.test(user)) return client.get<User>(`/users/${user.toLowerCase()}`)
  const all = await listed<User>(client, '/users', {}, MOST_USERS)
  const id = theOne(
    'user',
    user,
    all.filter(({ username, email }) => username === user || email === user),
  )
  return all.find((each) => each.id === id) as User
}

export const theOne = (what: string, name: string, found: readonly { readonly id: string }[]): string => {
  const [first, ...others] = found
  if (first === undefined) throw new CommandFailure('not_found', `no ${what} is called ${JSON.stringify(name)}`)
  if (others.length === 0) return first.id
  const ids = found.map(({ id }) => `  ${id}`).join('\n')
  throw new CommandFailure('usage', `${found.length} ${what}s are called ${JSON.stringify(name)}; give one id:\n${ids}`)
}
