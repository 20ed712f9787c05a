/** /api/v3/jobs/{id}/signing-secret/rotate: a new key for a job's signatures, without a gap for its receivers. */
import { Job } from '../contract/jobs.ts'
import { Rotate } from '../contract/target-security.ts'
import { Id, strict } from '../contract/values.ts'
import { jobToWire } from '../translate/jobs.ts'
import { toMs } from '../translate/values.ts'
import { type Api, actorOf, BODY, etag, IF_MATCH, ifVersion, type RouteContext, refusals, SIGNED_IN } from './route.ts'

const DAY_SECONDS = 86_400

export const signingSecretRoutes = (api: Api, { services }: RouteContext): void => {
  api.post(
    '/jobs/:id/signing-secret/rotate',
    {
      schema: {
        tags: ['jobs'],
        operationId: 'rotateSigningSecret',
        summary: 'Make a new signing secret for a job',
        description:
          'The present secret becomes the former one and signs too, for a day unless the request says otherwise. A secret that is made is shown in this answer alone, as `target.signing.new_secret`.',
        params: strict({ id: Id }),
        headers: IF_MATCH,
        body: Rotate.optional(),
        response: {
          200: Job.describe('The job.'),
          ...refusals(...SIGNED_IN, 'not_found', 'conflict', 'stale', ...BODY),
        },
      },
    },
    async (request, reply) => {
      const { secret, previous_valid_seconds = DAY_SECONDS } = request.body ?? {}
      const rotation = { secret, previousValidMs: toMs(previous_valid_seconds), ifVersion: ifVersion(request) }
      const job = await services.jobs.rotateSigningSecret(actorOf(request), request.params.id, rotation)
      return reply.header('etag', etag(job.version)).send(jobToWire(job))
    },
  )
}
