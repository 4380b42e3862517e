/** Answers of version 2 as version 3 gives them; what has another shape is left as it is, and whoever reads it says so. */
type Some = Readonly<Record<string, unknown>>

function isSome(value: unknown): value is Some {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
/** The key stays when somebody is renamed; the name, by which people are mentioned, does not. */
export function accountOf(user: unknown): unknown {
  if (!isSome(user)) return user
  const { key, name } = user
  return { ...user, accountId: typeof key === 'string' ? key : name }
}
export function issueOf(issue: unknown): unknown {
  if (!isSome(issue) || !isSome(issue.fields)) return issue
  return {
    ...issue,
    fields: { ...issue.fields, creator: accountOf(issue.fields.creator) },
    ...(isSome(issue.properties) ? { properties: propertiesOf(issue.properties) } : {}),
    ...(isSome(issue.changelog) ? { changelog: historyOf(issue.changelog) } : {}),
  }
}
/** The documents show them one level deeper than the sites that answer. */
function propertiesOf(given: Some): unknown {
  return Object.keys(given).length === 1 && isSome(given.properties) ? given.properties : given
}
/** Custom fields stand in it by their names alone. */
function historyOf({ histories, ...rest }: Some): unknown {
  const items = (all: unknown) =>
    Array.isArray(all)
      ? all.map((item: unknown) =>
          isSome(item) && item.fieldtype === 'jira' ? { ...item, fieldId: item.field } : item,
        )
      : all
  return {
    ...rest,
    histories: Array.isArray(histories)
      ? histories.map((one: unknown) =>
          isSome(one) ? { ...one, author: accountOf(one.author), items: items(one.items) } : one,
        )
      : histories,
  }
}
export function commentOf(comment: unknown): unknown {
  if (!isSome(comment)) return comment
  return {
    ...comment,
    author: accountOf(comment.author),
    ...(comment.updateAuthor === undefined ? {} : { updateAuthor: accountOf(comment.updateAuthor) }),
  }
}
/** A page of comments, or the one that was made. */
export function commentsOf(answer: unknown): unknown {
  if (!isSome(answer)) return answer
  return Array.isArray(answer.comments) ? { ...answer, comments: answer.comments.map(commentOf) } : commentOf(answer)
}
