import type { OpenStore } from './world.ts'
export const sessionsContract = (_: OpenStore): void => {}
