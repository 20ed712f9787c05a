/** The OpenAPI document is valid, complete, and small enough to read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import SwaggerParser from '@apidevtools/swagger-parser'
import { anApi, type Document } from '../support/api-world.ts'

test('the document is valid OpenAPI 3.1, and is what /openapi.json answers', async (t) => {
  const { ask, server } = await anApi(t)

  const { body } = await ask('GET', '//openapi.json')

  assert.equal(body.openapi, '3.1.0')
  assert.deepEqual(body, JSON.parse(JSON.stringify(server.openapi())))
  await assert.doesNotReject(SwaggerParser.validate(structuredClone(body)))
})

test('every operation has a name, a sentence, a tag, a success and its refusals as problems', async (t) => {
  const { server } = await anApi(t)
  const { paths } = server.openapi() as Document & {
    paths: Record<string, Record<string, { summary?: string; tags?: string[] }>>
  }
  const names = new Set<string>()

  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const where = `${method} ${path}`
      assert.ok(operation.operationId && !names.has(operation.operationId), where)
      names.add(operation.operationId)
      assert.ok(operation.summary && operation.tags?.length === 1, where)
      const statuses = Object.keys(operation.responses)
      assert.ok(
        statuses.some((status) => status.startsWith('2')),
        where,
      )
      for (const status of statuses.filter((each) => each >= '400' && path !== '/readyz')) {
        assert.deepEqual(Object.keys(operation.responses[status]?.content ?? {}), ['application/problem+json'], where)
      }
      if (path.includes('{')) assert.ok(operation.responses[404], where)
      if (operation.requestBody)
        for (const status of [400, 413, 415, 422]) assert.ok(operation.responses[status], `${where} ${status}`)
    }
  }
})

test('what only the server reads is marked public, all else asks for a token', async (t) => {
  const { server } = await anApi(t)
  const document = server.openapi() as Document & {
    security: unknown
    paths: Record<string, Record<string, { security?: unknown[] }>>
  }

  const open = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).filter(({ security }) => security?.length === 0),
  )

  assert.deepEqual(document.security, [{ bearerAuth: [] }, { apiKey: [] }])
  assert.deepEqual(open.map(({ operationId }) => operationId).sort(), [
    'getHealth',
    'isAlive',
    'isReady',
    'refreshSession',
    'reportExecution',
    'signIn',
    'signUp',
  ])
  for (const { responses, operationId } of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
    if (!open.some((each) => each.operationId === operationId)) assert.ok(responses[401] && responses[403], operationId)
  }
})

test('no component is unused, doubled or named by the generator, and no long expression stands beside a format', async (t) => {
  const { server } = await anApi(t)
  const document = server.openapi() as Document
  const text = JSON.stringify(document)

  for (const name of Object.keys(document.components.schemas)) {
    assert.ok(text.includes(`"#/components/schemas/${name}"`), name)
    assert.doesNotMatch(name, /Input$|^def-|^__/)
  }
  assert.doesNotMatch(text, /"format":"[^"]+","pattern"|9007199254740991/)
})
