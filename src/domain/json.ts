/** JSON that people keep with us and we do not look into. */

/** Names of somebody's own with values of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>
