#!/usr/bin/env bash
# Starts RabbitMQ in its container, and gives the bot and the workers a user each, with no more
# rights than docs/cluster.md says. Run at every start: a new password in .env takes effect then.
set -euo pipefail
: "${BROKER_BOT_PASSWORD:?must be set in .env}" "${BROKER_GPU_PASSWORD:?must be set in .env}"

HOST=style

give() { # user password configure write read
  if rabbitmqctl --quiet list_users | cut -f 1 | grep --quiet --line-regexp "$1"; then
    rabbitmqctl --quiet change_password "$1" <<<"$2" >/dev/null
  else
    rabbitmqctl --quiet add_user "$1" <<<"$2" >/dev/null
  fi
  rabbitmqctl --quiet set_permissions -p "$HOST" "$1" "$3" "$4" "$5"
}

prepare() {
  # Who comes first makes the cookie, and that has to be the server.
  until [ -s "$HOME/.erlang.cookie" ]; do sleep 1; done
  # It waits for a server that starts, and not for one that has yet to begin.
  until rabbitmqctl --quiet await_startup --timeout 300 2>/dev/null; do sleep 1; done
  rabbitmqctl --quiet list_vhosts | grep --quiet --line-regexp "$HOST" ||
    rabbitmqctl --quiet add_vhost "$HOST"
  ! rabbitmqctl --quiet list_users | cut -f 1 | grep --quiet --line-regexp guest ||
    rabbitmqctl --quiet delete_user guest
  give bot "$BROKER_BOT_PASSWORD" \
    '^stylegram\.v1\.' \
    '^stylegram\.v1\.' \
    '^stylegram\.v1\.'
  give gpu "$BROKER_GPU_PASSWORD" \
    '^(stylegram\.v1\.watch|(reply|.+@.+)\.stylegram\.v1\.pidbox)$' \
    '^(stylegram\.v1\.(events|watch)|.+\.stylegram\.v1\.pidbox)$' \
    '^(stylegram\.v1\.(jobs\.\d+|pidbox)|.+\.stylegram\.v1\.pidbox)$'
}

prepare &
exec docker-entrypoint.sh rabbitmq-server
