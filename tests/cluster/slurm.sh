#!/usr/bin/env bash
# A real SLURM cluster of one node on this machine, for tests: controller, node, and accounting.
#
#   slurm.sh available   can it run here? exit 0, or 1 with one line that says why not
#   slurm.sh up          install what is missing, start what is not running
#   slurm.sh status      what runs; exit 0 if the cluster answers
#   slurm.sh down        end its jobs and stop what `up` started, nothing else
#   slurm.sh kill-node   kill the daemon of the node without warning
#   slurm.sh start-node  start it again
#
# The node has all cores and nine tenths of the memory of the machine, and one GPU that exists for the
# scheduler only (a device without a driver). Partitions: `cpu`, the default, and `gpu`; account: `lab`.
# Everything listens on the loopback interface only.
#
# Environment
#   SLURM_LAB    folder of its state, logs and pids      [slurm-lab in that of temporary files]
#   SLURM_DBD    1: accounting (sacct, accounts, limits) in a database of its own; 0: none  [1]
#   SLURM_USERS  users of the account                    [root]
#
# Root is needed. Packages are installed with apt, where that is there; the tests run on Debian 12
# (SLURM 22.05). The configuration has to be /etc/slurm/slurm.conf: jobs that Snakemake starts lose the
# variable SLURM_CONF. One that this script did not write is left alone, and nothing is started.
set -euo pipefail

LAB=${SLURM_LAB:-${TMPDIR:-/tmp}/slurm-lab}
DBD=${SLURM_DBD:-1}
USERS=${SLURM_USERS:-root}
ETC=/etc/slurm
MARK="# Written by tests/cluster/slurm.sh"
RUN=$LAB/run
LOG=$LAB/log
NODE=$(hostname -s)
PATH=$PATH:/usr/sbin:/sbin

say() { echo "slurm.sh: $*" >&2; }

packages() {
  echo slurm-wlm munge
  if [ "$DBD" = 1 ]; then echo slurmdbd mariadb-server; fi
}

missing() { # packages that are not installed
  local name
  for name in $(packages); do
    dpkg -s "$name" 2>/dev/null | grep -q '^Status: install ok installed' || echo "$name"
  done
}

foreign() { # there is a configuration of SLURM that is not ours
  [ -e "$ETC/slurm.conf" ] && ! grep -qF "$MARK" "$ETC/slurm.conf"
}

available() {
  if foreign; then say "$ETC/slurm.conf is of another cluster"; return 1; fi
  if [ "$(id -u)" != 0 ]; then say "only root can start a cluster"; return 1; fi
  if ! command -v dpkg >/dev/null || ! command -v apt-get >/dev/null; then
    say "no apt to install SLURM with"; return 1
  fi
  fetch_packages || { say "not installed, and apt cannot fetch them: $(missing | xargs)"; return 1; }
}

fetch_packages() { # without installing anything
  local absent
  absent=$(missing)
  [ -z "$absent" ] && return 0
  # shellcheck disable=SC2086
  apt update -qq && apt install --download-only $absent
} >/dev/null 2>&1

apt() { # with an end, also where there is no network
  DEBIAN_FRONTEND=noninteractive timeout 600 apt-get -o Acquire::Retries=1 \
    -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 \
    "$1" -y --no-install-recommends "${@:2}"
}

install_packages() {
  local absent
  absent=$(missing)
  [ -z "$absent" ] && return 0
  say "installing $(xargs <<<"$absent")"
  # Keeps the packages from starting daemons of their own.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  # shellcheck disable=SC2086
  apt install -qq $absent >"$LOG/apt.log" 2>&1 || { tail -5 "$LOG/apt.log" >&2; return 1; }
}

alive() { # the daemon of a pid file of ours runs; pids are used again, so its name is compared
  local name
  name=$(basename "$1" .pid)
  [ -s "$1" ] && grep -qa "$name" "/proc/$(cat "$1")/cmdline" 2>/dev/null
}

wait_for() { # seconds, command...
  local tries=$(($1 * 10))
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -le 0 ]; then say "no answer in time: $*"; return 1; fi
    sleep 0.1
  done
}

gpu_device() { # a character device without a driver behind it
  local device=$LAB/dev/nvidia0
  mkdir -p "$LAB/dev"
  [ -c "$device" ] || mknod -m 666 "$device" c 195 0 2>/dev/null || device=/dev/null
  echo "$device"
}

accounting() {
  if [ "$DBD" = 1 ]; then
    echo "AccountingStorageType=accounting_storage/slurmdbd"
    echo "AccountingStorageHost=127.0.0.1"
    echo "AccountingStoragePort=6819"
    echo "AccountingStorageTRES=gres/gpu"
    echo "AccountingStorageEnforce=associations,limits"
    echo "AccountingStoreFlags=job_comment"
  else
    echo "AccountingStorageType=accounting_storage/none"
  fi
}

configure() {
  local memory
  memory=$(($(awk '/MemTotal/ {print $2}' /proc/meminfo) / 1024 * 9 / 10))
  mkdir -p "$ETC"
  # JobAcctGather: limits of memory without cgroups, looked at every second.
  # EnforcePartLimits: a job that fits nowhere is refused; it would wait for ever.
  cat >"$ETC/slurm.conf" <<END
$MARK
ClusterName=lab
SlurmctldHost=$NODE(127.0.0.1)
SlurmUser=slurm
AuthType=auth/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPort=6817
SlurmdPort=6818
SrunPortRange=60001-60200
StateSaveLocation=$LAB/slurmctld
SlurmdSpoolDir=$LAB/slurmd
SlurmctldPidFile=$RUN/slurmctld.pid
SlurmdPidFile=$RUN/slurmd.pid
SlurmctldLogFile=$LOG/slurmctld.log
SlurmdLogFile=$LOG/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,bf_interval=2,kill_invalid_depend
MpiDefault=none
ReturnToService=2
EnforcePartLimits=ALL
MinJobAge=3600
KillWait=5
SlurmctldTimeout=30
SlurmdTimeout=20
InactiveLimit=0
GresTypes=gpu
JobCompType=jobcomp/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=UsePss,OverMemoryKill
$(accounting)
NodeName=$NODE NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$memory Gres=gpu:h200:1 State=UNKNOWN
PartitionName=cpu Nodes=$NODE Default=YES DefaultTime=10 MaxTime=2-0 DefMemPerCPU=500 State=UP
PartitionName=gpu Nodes=$NODE Default=NO DefaultTime=10 MaxTime=2-0 DefMemPerCPU=500 State=UP
END
  cat >"$ETC/gres.conf" <<END
$MARK
AutoDetect=off
NodeName=$NODE Name=gpu Type=h200 File=$(gpu_device)
END
  [ "$DBD" = 1 ] || return 0
  cat >"$ETC/slurmdbd.conf" <<END
$MARK
AuthType=auth/munge
DbdHost=localhost
DbdAddr=127.0.0.1
DbdPort=6819
CommunicationParameters=NoInAddrAny
SlurmUser=slurm
PidFile=$RUN/slurmdbd.pid
LogFile=$LOG/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=3366
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct
END
  chown slurm: "$ETC/slurmdbd.conf"
  chmod 600 "$ETC/slurmdbd.conf"
}

start_munge() { # its socket has to be the default one
  install -d -o munge -g munge -m 755 /run/munge
  if [ ! -s /etc/munge/munge.key ]; then
    dd if=/dev/urandom bs=128 count=1 of=/etc/munge/munge.key status=none
    chown munge: /etc/munge/munge.key
    chmod 400 /etc/munge/munge.key
  fi
  if ! alive /run/munge/munged.pid; then
    runuser -u munge -- /usr/sbin/munged
    ln -sf /run/munge/munged.pid "$RUN/munged.pid"
  fi
  wait_for 10 munge -n
}

start_database() {
  local data=$LAB/database
  alive "$RUN/mariadbd.pid" && return 0
  install -d -o mysql -g mysql -m 755 "$data"
  [ -d "$data/mysql" ] || mariadb-install-db --no-defaults --user=mysql --datadir="$data" \
    --auth-root-authentication-method=socket --skip-test-db >"$LOG/mariadb-install.log" 2>&1
  setsid /usr/sbin/mariadbd --no-defaults --user=mysql --datadir="$data" --bind-address=127.0.0.1 \
    --port=3366 --socket="$data/socket" --pid-file="$data/mariadbd.pid" \
    --innodb-buffer-pool-size=64M --innodb-lock-wait-timeout=900 \
    --innodb-flush-log-at-trx-commit=0 </dev/null >>"$LOG/mariadbd.log" 2>&1 &
  echo $! >"$RUN/mariadbd.pid"
}

start_accounting() {
  local sql="mariadb --no-defaults -S $LAB/database/socket" user
  start_database
  wait_for 60 $sql -e 'select 1'
  $sql -e "create database if not exists slurm_acct;
    create user if not exists slurm@'127.0.0.1' identified by 'slurm';
    create user if not exists slurm@localhost identified by 'slurm';
    grant all on slurm_acct.* to slurm@'127.0.0.1';
    grant all on slurm_acct.* to slurm@localhost;"
  alive "$RUN/slurmdbd.pid" || slurmdbd
  wait_for 60 sacctmgr -n list cluster
  listed cluster lab || sacctmgr -i -Q add cluster lab >/dev/null
  listed account lab ||
    sacctmgr -i -Q add account lab Cluster=lab Description=lab Organization=lab >/dev/null
  for user in $USERS; do
    sacctmgr -n list assoc user="$user" account=lab format=user%30 | grep -qw "$user" ||
      sacctmgr -i -Q add user "$user" Account=lab DefaultAccount=lab >/dev/null
  done
}

listed() { # kind, name
  sacctmgr -n list "$1" format="$1"%30 | grep -qw "$2"
}

usable() { # the node takes jobs; one that an earlier crash has left down is brought back
  local state
  state=$(sinfo -h -N -o %t | head -1)
  case $state in
    idle | mix | alloc) return 0 ;;
    down* | drain*) scontrol update nodename="$NODE" state=resume ;;
  esac
  return 1
}

up() {
  available
  mkdir -p "$RUN" "$LOG"
  install_packages
  mkdir -p "$LAB"/{slurmctld,slurmd}
  chown slurm: "$RUN" "$LOG" "$LAB/slurmctld"
  chmod 755 "$LAB" "$RUN" "$LOG" "$LAB/slurmd"
  grep -qE "[[:space:]]$NODE([[:space:]]|\$)" /etc/hosts || echo "127.0.0.1 $NODE" >>/etc/hosts
  alive "$RUN/slurmctld.pid" || configure
  start_munge
  if [ "$DBD" = 1 ]; then start_accounting; fi
  alive "$RUN/slurmctld.pid" || slurmctld
  wait_for 30 scontrol ping
  start_node
  wait_for 60 usable
}

start_node() {
  alive "$RUN/slurmd.pid" || slurmd
}

kill_node() {
  alive "$RUN/slurmd.pid" && kill -KILL "$(cat "$RUN/slurmd.pid")"
}

end_jobs() {
  alive "$RUN/slurmctld.pid" || return 0
  timeout 10 squeue -h -o %A 2>/dev/null | sort -u | xargs -r timeout 10 scancel 2>/dev/null || true
  local tries=60
  while [ $tries -gt 0 ] && [ -n "$(timeout 5 squeue -h 2>/dev/null)" ]; do
    tries=$((tries - 1))
    sleep 0.2
  done
}

stop() { # daemon of a pid file: TERM, and KILL if it does not end in 15 s
  local file=$1 pid tries=150
  if alive "$file"; then
    pid=$(cat "$file")
    kill -TERM "$pid"
    while kill -0 "$pid" 2>/dev/null && [ $tries -gt 0 ]; do
      tries=$((tries - 1))
      sleep 0.1
    done
    if kill -0 "$pid" 2>/dev/null; then
      say "$(basename "$file" .pid) did not end by itself"
      kill -KILL "$pid"
    fi
  fi
  rm -f "$file"
}

down() {
  local daemon file
  end_jobs
  for daemon in slurmd slurmctld slurmdbd mariadbd munged; do
    if [ -e "$RUN/$daemon.pid" ]; then stop "$RUN/$daemon.pid"; fi
  done
  for file in slurm gres slurmdbd; do
    if grep -qsF "$MARK" "$ETC/$file.conf"; then rm -f "$ETC/$file.conf"; fi
  done
}

status() {
  local daemon
  for daemon in munged mariadbd slurmdbd slurmctld slurmd; do
    if alive "$RUN/$daemon.pid"; then echo "$daemon $(cat "$RUN/$daemon.pid")"; else echo "$daemon -"; fi
  done
  alive "$RUN/slurmctld.pid" && sinfo -o '%P %a %l %D %t %c %m %G'
}

case ${1:-} in
  available) available ;;
  up) up ;;
  status) status ;;
  down) down ;;
  kill-node) kill_node ;;
  start-node) start_node ;;
  *)
    sed -n '3,9s/^# \{0,2\}//p' "$0" >&2
    exit 2
    ;;
esac
