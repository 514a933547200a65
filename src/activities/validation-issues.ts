import type { ValidationIssue } from '../common/messages';
import { cutText, MAX_RETRY_TEXT_LENGTH } from '../common/size-limits';

/** Keeps what the model is told about its mistakes short: as many issues as fit, long ones cut. */
export function toBoundedIssues(issues: readonly ValidationIssue[]): ValidationIssue[] {
  const bounded: ValidationIssue[] = [];
  let room = MAX_RETRY_TEXT_LENGTH;
  for (const { path, message } of issues) {
    const issue = { path: cutText(path, 200), message: cutText(message, 500) };
    room -= issue.path.length + issue.message.length;
    if (room < 0 && bounded.length > 0) break;
    bounded.push(issue);
  }
  return bounded;
}
