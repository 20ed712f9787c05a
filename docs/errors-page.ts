/** docs/reference/errors.md, written from the codes and from the table that maps them to HTTP. */
import { ERRORS_PAGE, PROBLEMS } from '../src/api/problems.ts'
import { ERROR_CODES, type ErrorCode } from '../src/domain/errors.ts'

const EXAMPLE = {
  type: `${ERRORS_PAGE}#schedule.invalid`,
  title: PROBLEMS['schedule.invalid'].title,
  status: PROBLEMS['schedule.invalid'].status,
  code: 'schedule.invalid',
  detail: 'schedules[0].expression: "61 * * * *": minute 61 is above 59',
  errors: [{ field: 'schedules[0].expression', value: '61 * * * *', message: 'minute 61 is above 59' }],
  request_id: '01a20aae-b799-7208-89b9-4f84019b67da',
}

export const errorsPage = (): string =>
  [
    '# Errors',
    '',
    'Every refusal of the API is a problem of RFC 9457, with the content type `application/problem+json`:',
    '',
    '```json',
    JSON.stringify(EXAMPLE, null, 2),
    '```',
    '',
    '`code` is stable and meant for programs, `detail` is one sentence for people. Where the fault is in fields, `errors`',
    'names all of them at once, each with what was given and what would be right; secrets are never repeated. `request_id`',
    'is also the header `X-Request-Id` and stands in the log of the server. `retry_after`, with the header `Retry-After`,',
    'says in seconds when another try makes sense.',
    '',
    '| code | status | title | meaning |',
    '|---|---|---|---|',
    ...(Object.keys(ERROR_CODES) as ErrorCode[]).map(
      (code) => `| \`${code}\` | ${PROBLEMS[code].status} | ${PROBLEMS[code].title} | ${ERROR_CODES[code]} |`,
    ),
    '',
    'A request that is no HTTP, whose headers are larger than 16 KiB or do not come within 10 seconds has no request to',
    'answer: it gets a bare status line (400, 431, 408) and its connection is closed.',
    '',
  ].join('\n')
