#!/bin/sh
# Creates the namespace and registers the search attributes of perdure. Safe to repeat.
# Needs the `temporal` CLI; reads TEMPORAL_ADDRESS, NAMESPACE, RETENTION (of closed runs) and ATTEMPTS (one a second).
set -eu

address="${TEMPORAL_ADDRESS:-127.0.0.1:7233}"
namespace="${NAMESPACE:-default}"
retention="${RETENTION:-7d}"
attempts="${ATTEMPTS:-60}"

call() {
  temporal "$@" --address "$address" --namespace "$namespace" </dev/null
}

# `cluster health` says SERVING with a dead database behind it: only a command that reads the database is an honest probe.
ensure_namespace() {
  call operator namespace describe || call operator namespace create --retention "$retention"
}

eventually() {
  attempt=1
  until output=$("$@" 2>&1); do
    if [ "$attempt" -ge "$attempts" ]; then
      echo "$output" >&2
      echo "Namespace \"$namespace\" at \"$address\" could not be set up (attempts: $attempts): see the error above." >&2
      exit 1
    fi
    attempt=$((attempt + 1))
    sleep 1
  done
}

eventually ensure_namespace
# The server knows a new namespace, and later its new search attributes, a second or two after it has stored them.
eventually call operator search-attribute list

while read -r name type; do
  call operator search-attribute create --name "$name" --type "$type" >/dev/null
done <<'ATTRIBUTES'
AgentName Keyword
AgentModel Keyword
AgentStatus Keyword
AgentTokens Int
AgentCost Double
ConversationId Keyword
ATTRIBUTES

eventually call workflow count --query 'ConversationId IS NOT NULL'

echo "Namespace \"$namespace\" at \"$address\" is ready for agents."
