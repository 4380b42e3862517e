import { type Binding, type BindingDesk, type BindingTarget, HubError, type Json } from '#contract'
import { gather } from '../gather.ts'
import type { Sql } from '../store/sql.ts'
import { roleOf } from './person.ts'

const COLUMNS = `workspace, project, kind, plugin, target_workspace as "targetWorkspace", target, label, rules, bound_by as "boundBy"`
const MOST = 200

export function createBindings(sql: Sql): BindingDesk {
  // A burst of events asks the same of each: what is asked alike while others are under way is read once.
  const read = gather<{ readonly text: string; readonly params: readonly (string | null)[] }, readonly Binding[]>(
    (asked) => {
      const answers = new Map<string, Promise<readonly Binding[]>>()
      return Promise.all(
        asked.map(({ text, params }) => {
          const alike = JSON.stringify([text, params])
          const answer = answers.get(alike) ?? sql.query<Binding>(text, params)
          answers.set(alike, answer)
          return answer
        }),
      )
    },
    { max: 200 },
  )
  const keyOf = (workspace: string, { kind, plugin, targetWorkspace, target }: BindingTarget) => [
    workspace,
    kind,
    plugin,
    targetWorkspace,
    target,
  ]
  return {
    async list(workspace, { project, kind, plugin, targetWorkspace, target } = {}) {
      return read({
        text: `select ${COLUMNS} from hub.bindings where workspace = $1 and ($2::text is null or project = $2)
         and ($3::text is null or kind = $3) and ($4::text is null or plugin = $4)
         and ($5::text is null or target_workspace = $5) and ($6::text is null or target = $6)
         order by created_at, target limit ${MOST}`,
        params: [workspace, project ?? null, kind ?? null, plugin ?? null, targetWorkspace ?? null, target ?? null],
      })
    },
    async projectAt(workspace, plugin, channel) {
      const [row] = await sql.query<{ project: string }>(
        `select project from hub.bindings
         where workspace = $1 and kind = 'channel' and plugin = $2 and target_workspace = $1 and target = $3`,
        [workspace, plugin, channel],
      )
      return row?.project ?? null
    },
    async boundTo({ kind, plugin, targetWorkspace, target }) {
      return read({
        text: `select ${COLUMNS} from hub.bindings where plugin = $1 and target_workspace = $2 and target = $3 and kind = $4
         order by created_at limit ${MOST}`,
        params: [plugin, targetWorkspace, target, kind],
      })
    },
    async targetsOf({ kind, plugin, targetWorkspace }) {
      const rows = await sql.query<{ target: string }>(
        `select distinct target from hub.bindings where plugin = $1 and target_workspace = $2 and kind = $3
         order by target limit 1000`,
        [plugin, targetWorkspace, kind],
      )
      return rows.map(({ target }) => target)
    },
    async bind(binding) {
      const { workspace, project, label, boundBy } = binding
      const rules: Json = binding.rules
      const stored = await sql.query(
        `insert into hub.bindings as b (workspace, kind, plugin, target_workspace, target, project, label, rules, bound_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb, $9)
         on conflict (workspace, kind, plugin, target_workspace, target) do update
         set label = excluded.label, rules = excluded.rules where b.project = excluded.project
         returning project`,
        [...keyOf(workspace, binding), project, label, JSON.stringify(rules), boundBy],
      )
      if (stored.length > 0) return
      const [other] = await this.list(workspace, { kind: binding.kind, plugin: binding.plugin, target: binding.target })
      throw new HubError(
        'CONFLICT',
        `${label} belongs to the project ${other?.project ?? 'of somebody else'}: unbind it there first`,
      )
    },
    async unbind(workspace, project, target) {
      const gone = await sql.query(
        `delete from hub.bindings where workspace = $1 and kind = $2 and plugin = $3 and target_workspace = $4 and target = $5
         and project = $6 returning project`,
        [...keyOf(workspace, target), project],
      )
      return gone.length > 0
    },
    async projectRole(workspace, project, { plugin, id }) {
      const [row] = await sql.query<{ role: string }>(
        `select r.role from hub.accounts a
         join hub.project_roles r on r.workspace = a.workspace and r.person_id = a.person_id
         where a.workspace = $1 and a.plugin = $2 and a.account_id = $3 and r.project = $4`,
        [workspace, plugin, id, project],
      )
      return roleOf(row?.role ?? null)
    },
    async setProjectRole(workspace, project, personId, role) {
      if (role === null) {
        await sql.query(
          'delete from hub.project_roles where workspace = $1 and project = $2 and person_id = $3::text::uuid',
          [workspace, project, personId],
        )
        return
      }
      await sql.query(
        `insert into hub.project_roles (workspace, project, person_id, role) values ($1, $2, $3::text::uuid, $4)
         on conflict (workspace, project, person_id) do update set role = excluded.role`,
        [workspace, project, personId, role],
      )
    },
  }
}
