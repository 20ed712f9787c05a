import type { OpenStore } from './world.ts'
export const executionsContract = (_: OpenStore): void => {}
