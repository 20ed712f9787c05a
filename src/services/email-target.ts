/** Jobs that send e-mail: only where this server sends some, and for the workspaces that it is open to. */
import { invalid } from '../domain/errors.ts'
import type { Target } from '../domain/target.ts'
import type { Deps } from './deps.ts'

export const refuseEmail = ({ isOn, isOpenTo }: Deps['emailJobs'], workspaceKey: number, target: Target): void => {
  if (target.kind !== 'email') return
  if (!isOn) throw invalid('target.kind', target.kind, 'this server sends no e-mail: MAIL_ENABLED is off')
  if (!isOpenTo(workspaceKey)) throw invalid('target.kind', target.kind, 'jobs of this workspace may not send e-mail')
}
