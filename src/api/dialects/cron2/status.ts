/** One run as one status, as the cron2 dialect records it. Pure. */
import type { RanView } from '../../../services/services.ts'

/** How the executor says it: an execution keeps the sentence, not the kind of its failure. */
const TIMED_OUT = /^Timed out after \d+ ms/

/** The code that the target answered with; 408 when it took too long, 500 when none came for another reason. */
export const statusOf = ({ status, statusCode, error }: Pick<RanView, 'status' | 'statusCode' | 'error'>): number => {
  if (status === 'failed' && error !== null && TIMED_OUT.test(error)) return 408
  return statusCode ?? (status === 'success' ? 200 : 500)
}
