/** The settings of the APScheduler dialect: whether it is there, who may ask, and a port of its own. */
import { freeText, oneOf, onOff, orNothing, type Setting, wholeNumber } from './setting.ts'

const setting = <T>(from: Setting<T>): Setting<T> => from

export const APSCHEDULER_SETTINGS = {
  schedulerApiEnabled: setting({
    name: 'SCHEDULER_API_ENABLED',
    kind: onOff,
    byDefault: () => false,
    help: 'Whether clients of APScheduler are served under /scheduler.',
    changedBy: 'Whoever has programs that speak to the REST API of an APScheduler.',
    example: 'true',
  }),
  schedulerApiAuth: setting({
    name: 'SCHEDULER_API_AUTH',
    kind: oneOf('none', 'basic', 'bearer'),
    byDefault: (environment) => (environment === 'development' ? ('none' as const) : ('bearer' as const)),
    help: 'How they sign in: not at all (refused in production), with user name and password of an account, or with an access token or API key.',
    changedBy: 'Whoever has clients that can send a password, but no token (basic).',
    example: 'basic',
  }),
  schedulerApiWorkspace: setting({
    name: 'SCHEDULER_API_WORKSPACE',
    kind: orNothing(freeText),
    byDefault: () => null,
    help: 'The id of the workspace that clients act in where they do not sign in, and that has the sample job; without it, the first one.',
    changedBy:
      'Whoever keeps their jobs apart from those of the first workspace; functions are open to it only with FUNCTIONS_FOR_ALL_WORKSPACES.',
    example: '019aa5c0-1f2e-7c3d-8a4b-5c6d7e8f9a0b',
  }),
  schedulerSampleTask: setting({
    name: 'SCHEDULER_SAMPLE_TASK',
    kind: onOff,
    byDefault: () => true,
    help: 'Whether a job named sample_task, every 5 seconds, is made once where SCHEDULER_API_ENABLED is on.',
    changedBy: 'Whoever wants no job that they did not make.',
    example: 'false',
  }),
  apschedulerPort: setting({
    name: 'APSCHEDULER_PORT',
    kind: orNothing(wholeNumber(0, 65_535)),
    byDefault: () => null,
    help: 'A second port that serves /scheduler and /api/health alone, the latter with the status `running`; 0 takes any free one.',
    changedBy: 'Whoever has clients that expect an APScheduler on a port of its own, such as 5000.',
    example: '5000',
  }),
} as const
