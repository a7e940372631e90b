{{/*
The processes, one row each; every manifest is made by a loop over them.

  image    the image of this name
  args     what it is started with; without it the image's own command, "api"
  port     of HTTP: probes, and metrics where there is no metricsPort
  scaling  http: by processor; lag: by Kafka lag, up to the partitions of its topics; none: by hand
  account  its ServiceAccount, where it is not the image's: the checker has no part in the writer's identity
  scratch  whether its temporary files lie on a disk of their own, of its `scratchSize`
  urls     the roles that it sends requests to
  tokens   whether it checks access tokens, with the keys that auth publishes
  needs    the servers that it talks to
  secrets  the secrets of its own that it may see; those of Kafka and Blob come with its needs
*/}}
{{- define "cartload.roles" -}}
gateway:
  {image: gateway, port: 8080, metricsPort: 9090, scaling: http, tokens: true, urls: [auth, generator-api, notifier, shop-api, writer-api]}
auth:
  {image: auth, port: 8000, scaling: http, urls: [generator-api, shop-api], needs: [database], secrets: [CARTLOAD_AUTH_DATABASE_URL, CARTLOAD_SIGNING_KEY_SECRET]}
generator-api:
  {image: generator, port: 8000, scaling: http, tokens: true, needs: [kafka, database], secrets: [CARTLOAD_GENERATOR_DATABASE_URL]}
generator-worker:
  {image: generator, args: [worker], port: 8000, scaling: lag, group: cartload-workers, topic: cartload.chunks, needs: [kafka]}
generator-player:
  {image: generator, args: [player], port: 8000, scaling: none, scratch: true, needs: [kafka, database], secrets: [CARTLOAD_GENERATOR_DATABASE_URL]}
writer-api:
  {image: writer, port: 8000, scaling: http, tokens: true, needs: [database, blob], secrets: [CARTLOAD_WRITER_DATABASE_URL]}
writer-consumer:
  {image: writer, args: [consumer], port: 8000, scaling: lag, group: cartload-writer-consumer, needs: [kafka, database, blob], secrets: [CARTLOAD_WRITER_DATABASE_URL]}
writer-tasks:
  {image: writer, args: [tasks], port: 8000, scaling: none, needs: [kafka, database, blob], secrets: [CARTLOAD_WRITER_DATABASE_URL]}
writer-checker:
  {image: writer, args: [checker], port: 8000, scaling: none, scratch: true, account: checker, needs: [database], secrets: [CARTLOAD_WRITER_DATABASE_URL]}
notifier:
  {image: notifier, port: 8000, scaling: http, tokens: true, urls: [generator-api], needs: [kafka]}
shop-api:
  {image: shop, port: 8000, scaling: http, tokens: true, urls: [generator-api, writer-api], needs: [database], secrets: [CARTLOAD_SHOP_DATABASE_URL]}
shop-worker:
  {image: shop, args: [worker], port: 8000, scaling: none, needs: [kafka, database], secrets: [CARTLOAD_SHOP_DATABASE_URL]}
{{- end }}

{{/* What runs once before an installation or an upgrade, in the order of weights. */}}
{{- define "cartload.jobs" -}}
{{- if or .Values.database.makeUsers .Values.dev.enabled }}
setup:
  {image: setup, args: [users, /secrets], weight: 0, needs: [database], secrets: [CARTLOAD_DATABASE_ADMIN_URL, CARTLOAD_AUTH_DATABASE_URL, CARTLOAD_GENERATOR_DATABASE_URL, CARTLOAD_WRITER_DATABASE_URL, CARTLOAD_SHOP_DATABASE_URL]}
{{- end }}
auth-migrate:
  {image: auth, args: [migrate], weight: 1, needs: [database], secrets: [CARTLOAD_AUTH_DATABASE_URL]}
generator-migrate:
  {image: generator, args: [migrate], weight: 1, needs: [database], secrets: [CARTLOAD_GENERATOR_DATABASE_URL]}
writer-migrate:
  {image: writer, args: [migrate], weight: 1, needs: [database, blob], secrets: [CARTLOAD_WRITER_DATABASE_URL]}
shop-migrate:
  {image: shop, args: [migrate], weight: 1, needs: [database], secrets: [CARTLOAD_SHOP_DATABASE_URL]}
topics:
  {image: generator, args: [topics], weight: 1, needs: [kafka]}
{{- end }}
