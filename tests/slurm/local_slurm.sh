# A Slurm of one machine in a folder of its own, from Debian's or Ubuntu's packages: munged,
# slurmctld and slurmd, without systemd, cgroups or accounting. To be sourced; needs root.
#
#   start_slurm FOLDER [CPUS]   returns once the node takes jobs; then sbatch, srun, squeue work
#   stop_slurm                  ends every daemon that was started

slurm_pids=()

# Two ports that nobody listens on.
free_ports() {
  python3 - <<'END'
import socket
sockets = [socket.socket() for _ in range(2)]
for one in sockets:
    one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in sockets])
END
}

write_slurm_conf() {
  local folder=$1 cpus=$2 host ports
  host=$(hostname -s)
  read -ra ports < <(free_ports)
  cat >"$folder/slurm.conf" <<END
ClusterName=local
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
SlurmUser=root
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
# Where steps meet by PMIx, in folders named by the job's number, which a killed one leaves behind.
TmpFS=$folder/tmp
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MailProg=/bin/true
ReturnToService=2
# As many CPUs as tests want, however few there are.
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
  write_cgroup_conf >"$folder/cgroup.conf"
}

# slurmd opens a cgroup plugin though nothing here uses it; older ones cannot be told not to.
write_cgroup_conf() {
  if [[ $(slurmd -V) > "slurm-wlm 23" ]]; then
    echo "CgroupPlugin=disabled"
  elif [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
    printf '%s\n' "CgroupPlugin=cgroup/v2" "IgnoreSystemd=yes"
  else
    echo "CgroupPlugin=cgroup/v1"
  fi
}

start_slurm() {
  local folder=$1 cpus=${2:-8} tries
  mkdir -p "$folder"/{state,spool,tmp}
  write_slurm_conf "$folder" "$cpus"
  export SLURM_CONF=$folder/slurm.conf
  dd if=/dev/urandom of="$folder/munge.key" bs=128 count=1 status=none
  chmod 600 "$folder/munge.key"
  munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
    --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" \
    --seed-file="$folder/munge.seed" >"$folder/munged.out" 2>&1 &
  slurm_pids+=($!)
  for ((tries = 100; tries > 0; --tries)); do
    [[ -S $folder/munge.socket ]] && break
    sleep 0.1
  done
  slurmctld -D -f "$SLURM_CONF" >"$folder/slurmctld.out" 2>&1 &
  slurm_pids+=($!)
  slurmd -D -f "$SLURM_CONF" -N "$(hostname -s)" >"$folder/slurmd.out" 2>&1 &
  slurm_pids+=($!)
  for ((tries = 300; tries > 0; --tries)); do
    [[ $(sinfo -h -o %T 2>/dev/null) == idle ]] && return 0
    sleep 0.2
  done
  echo "local_slurm.sh: the node does not come up:" >&2
  tail -n 5 "$folder"/*.out "$folder"/*.log >&2
  return 1
}

stop_slurm() {
  ((${#slurm_pids[@]})) || return 0
  # Jobs end while there is somebody to end them, or would stay.
  local tries
  scancel --user="$(id -un)" 2>/dev/null || true
  for ((tries = 100; tries > 0; --tries)); do
    squeue --noheader 2>/dev/null | grep -q . || break
    sleep 0.1
  done
  kill "${slurm_pids[@]}" 2>/dev/null || true
  wait "${slurm_pids[@]}" 2>/dev/null || true
  slurm_pids=()
}
