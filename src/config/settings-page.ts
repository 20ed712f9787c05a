/** The table of settings as a reference page and as the text of `--help`. */
import { EVERY_SETTING } from './settings.ts'

/** docs/reference/settings.md */
export const settingsPage = (): string =>
  [
    '# Settings',
    '',
    'Carillon is set up by environment variables, or by a `.env` file in the folder it is started from; the environment wins.',
    'A wrong value stops the start and is named, all wrong ones at once. An empty value counts as absent, and names that are',
    'not in this table are left alone.',
    '',
    'A secret may also come from a file: `SECRET_KEY_FILE=/run/secrets/key` reads `SECRET_KEY` from there. A file that',
    'everybody on the machine can read is refused.',
    '',
    ...EVERY_SETTING.flatMap(([, setting]) => [
      `## ${setting.name}`,
      '',
      setting.help,
      '',
      `* Value: ${setting.kind.right}`,
      `* Default: ${defaultText(setting)}`,
      `* Example: \`${setting.example}\``,
      `* Who changes it: ${setting.changedBy}`,
      ...(setting.secret ? [`* Secret: never shown; also as \`${setting.name}_FILE\``] : []),
      '',
    ]),
  ].join('\n')

/** Settings for the end of `carillon serve --help`. */
export const settingsHelp = (): string => {
  const width = Math.max(...EVERY_SETTING.map(([, setting]) => setting.name.length))
  const lines = EVERY_SETTING.map(
    ([, setting]) =>
      `  ${setting.name.padEnd(width)}  ${setting.help} Default: ${defaultText(setting).replaceAll('`', '')}.`,
  )
  return ['Settings (environment variables):', ...lines].join('\n')
}

const defaultText = (setting: (typeof EVERY_SETTING)[number][1]): string => {
  const development = valueText(setting.byDefault('development'))
  const production = valueText(setting.byDefault('production'))
  return development === production ? development : `${development} in development, ${production} in production`
}

const valueText = (value: unknown): string => {
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'none'
  if (Array.isArray(value)) return `\`${value.join(',')}\``
  if (typeof value === 'object' && 'path' in value) return `\`sqlite:${String(value.path)}\``
  return `\`${String(value)}\``
}
