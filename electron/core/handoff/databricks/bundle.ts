import { stringify } from 'yaml'
import { distinctTypes, locationName, typeUrl } from './model.ts'
import type { GeneratedFile } from '../../../../shared/domain/handoff.ts'
import type { HandoffModel } from './model.ts'

/**
 * A Declarative Automation Bundle: the pipeline, and a job that runs it when files arrive. Paths are relative to the
 * file that holds them. Source of keys: Databricks bundle and Jobs reference as of 2026.
 */
export function generateBundle(model: HandoffModel): readonly GeneratedFile[] {
  const bundle = {
    bundle: { name: 'fieldgate-ingest' },
    include: ['resources/*.yml'],
    variables: { catalog: { description: 'Catalog that holds bronze, silver and gold', default: model.catalog } },
    targets: {
      dev: { mode: 'development', default: true, workspace: { profile: 'dev' } },
      prod: { mode: 'production', workspace: { profile: 'prod' } },
    },
  }
  const jobs = Object.fromEntries(
    distinctTypes(model).map((landing) => [
      `ingest_on_arrival_${locationName(landing)}`,
      {
        name: `[\${bundle.target}] ingest ${landing.type} on arrival`,
        max_concurrent_runs: 1,
        trigger: {
          pause_status: 'UNPAUSED',
          file_arrival: {
            url: `${typeUrl(landing)}/`,
            min_time_between_triggers_seconds: landing.type === 'emergency' ? 60 : 300,
            wait_after_last_change_seconds: 60,
          },
        },
        tasks: [{ task_key: 'ingest', pipeline_task: { pipeline_id: '${resources.pipelines.edge_ingest.id}' } }],
      },
    ]),
  )
  const resources = {
    resources: {
      pipelines: {
        edge_ingest: {
          name: '[${bundle.target}] fieldgate ingest',
          catalog: '${var.catalog}',
          schema: 'bronze',
          serverless: true,
          continuous: false,
          root_path: '../src/edge_ingest',
          libraries: [{ glob: { include: '../src/edge_ingest/transformations/**' } }],
        },
      },
      jobs,
    },
  }
  return [
    { path: 'databricks.yml', text: stringify(bundle, { lineWidth: 0 }) },
    { path: 'resources/ingest.yml', text: stringify(resources, { lineWidth: 0 }) },
  ]
}
