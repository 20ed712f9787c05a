/** A user on the wire of the team dialect. */
import type { UserView } from '../../../services/services.ts'
import { bareInstant } from './times.ts'

export const userToTeam = (user: UserView) => ({
  id: user.id,
  username: user.username,
  email: user.email,
  role: user.role,
  is_active: user.enabled,
  created_at: bareInstant(user.createdAt),
  updated_at: bareInstant(user.updatedAt),
})
