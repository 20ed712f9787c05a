import type { OpenStore } from './world.ts'
export const peopleContract = (_: OpenStore): void => {}
