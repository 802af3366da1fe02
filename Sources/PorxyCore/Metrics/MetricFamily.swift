/// Samples of one name, which differ in their labels: a row of the table from which both the page and its documentation
/// (`docs/generated/metrics.md`) are made.
public struct MetricFamily: Sendable {
  /// What a sample says.
  public enum Kind: String, Sendable {
    /// A number that only grows; it begins anew when the process does.
    case counter
    /// How something is now.
    case gauge
    /// How many durations were at most as long as each bound.
    case histogram
  }

  /// In base units; counters end in `_total`.
  public let name: String
  public let kind: Kind
  /// In the order in which samples give their values.
  public let labels: [String]
  /// A sentence, in plain text.
  public let help: String
  /// Adds the samples.
  let write: @Sendable (MetricsFacts, inout SampleWriter) -> Void

  init(
    _ name: String, _ kind: Kind, by labels: [String] = [], _ help: String,
    _ write: @escaping @Sendable (MetricsFacts, inout SampleWriter) -> Void
  ) {
    (self.name, self.kind, self.labels, self.help, self.write) = (name, kind, labels, help, write)
  }

  /// All families, in the order of the page.
  public static let all = process + configuration + listeners + sessions + backends + workers
}

// MARK: The process

extension MetricFamily {
  private static let process = [
    MetricFamily("porxy_build_info", .gauge, by: ["version", "revision"], "1; which porxy runs.") { facts, samples in
      samples.add([facts.version, facts.revision], true)
    },
    MetricFamily("process_start_time_seconds", .gauge, "When the process started, since 1970.") { facts, samples in
      if let time = facts.process?.startedAt { samples.add(time) }
    },
    MetricFamily("process_cpu_seconds_total", .counter, "Processor time of all threads, in the kernel too.") {
      facts, samples in
      if let time = facts.process?.processorTime { samples.add(time) }
    },
    MetricFamily("process_resident_memory_bytes", .gauge, "Memory that the process has in RAM.") { facts, samples in
      if let bytes = facts.process?.residentBytes { samples.add(bytes) }
    },
    MetricFamily("process_open_fds", .gauge, "Open descriptors.") { facts, samples in
      if let count = facts.process?.openDescriptors { samples.add(count) }
    },
    MetricFamily("process_max_fds", .gauge, "The limit on open descriptors.") { facts, samples in
      if let count = facts.process?.descriptorsMax { samples.add(count) }
    },
    MetricFamily("porxy_ready", .gauge, "1 if porxy serves and does not stop.") { facts, samples in
      samples.add(facts.isReady)
    },
    MetricFamily("porxy_draining", .gauge, "1 if porxy accepts no more and lets its sessions finish.") {
      facts, samples in
      samples.add(facts.isDraining)
    },
    MetricFamily("porxy_log_lines_dropped_total", .counter, "Log lines that were lost because the reader was slow.") {
      facts, samples in
      if let lines = facts.logLinesDropped { samples.add(lines) }
    },
  ]

  private static let configuration = [
    MetricFamily(
      "porxy_config_generation", .gauge, "Configurations since the start, the one that runs among them."
    ) { facts, samples in
      samples.add(UInt64(facts.reloads.generation))
    },
    MetricFamily(
      "porxy_config_last_reload_successful", .gauge,
      "1 if the last reload was carried out, or there was none; 0 if it was refused."
    ) { facts, samples in
      samples.add(facts.reloads.isLastDone)
    },
    MetricFamily(
      "porxy_config_last_reload_success_timestamp_seconds", .gauge,
      "When the configuration that runs was loaded, since 1970."
    ) { facts, samples in
      if let time = facts.reloads.lastDoneAt { samples.add(time) }
    },
    MetricFamily("porxy_reloads_total", .counter, by: ["result"], "Reloads by result: done, refused.") {
      facts, samples in
      samples.add(["done"], facts.reloads.done)
      samples.add(["refused"], facts.reloads.refused)
    },
  ]
}

// MARK: Listeners

extension MetricFamily {
  private static let listeners = [
    MetricFamily(
      "porxy_listener_listening", .gauge, by: ["listener"],
      "1 if all sockets of the listener listen, in all workers. Only listeners of the running configuration."
    ) { facts, samples in
      for state in facts.meters.listeners {
        samples.add([state.name], state.sockets > 0 && state.listening == state.sockets)
      }
    },
    MetricFamily(
      "porxy_listener_paused", .gauge, by: ["listener"],
      "1 if a socket of the listener is paused, so that clients may wait in the kernel's backlog."
    ) { facts, samples in
      for state in facts.meters.listeners { samples.add([state.name], state.paused > 0) }
    },
    MetricFamily(
      "porxy_listener_backlog_connections", .gauge, by: ["listener"],
      "Clients that have connected and wait in the kernel to be accepted, at all sockets of the listener."
    ) { facts, samples in
      for state in facts.meters.listeners { if let queue = state.queue { samples.add([state.name], queue.waiting) } }
    },
    MetricFamily(
      "porxy_listener_backlog_limit", .gauge, by: ["listener"],
      "How many may wait there, by backlog and somaxconn; beyond that, clients' kernels try again later."
    ) { facts, samples in
      for state in facts.meters.listeners { if let queue = state.queue { samples.add([state.name], queue.limit) } }
    },
    MetricFamily(
      "porxy_listener_pauses_total", .counter, by: ["listener", "reason"],
      "Pauses that began, by their reason: sessions (of the process), listener_sessions, descriptors, memory, ports, "
        + "administrator, endpoints (all have as many sessions as they may)."
    ) { facts, samples in
      for meter in facts.meters.byListener {
        for cause in PauseCause.allCases { samples.add([meter.listener, cause.label], meter.pauses(cause)) }
      }
    },
    MetricFamily(
      "porxy_listener_paused_seconds_total", .counter, by: ["listener", "reason"],
      "How long the listener's sockets were paused; each worker has one for each address and port, and all add up."
    ) { facts, samples in
      for meter in facts.meters.byListener {
        for cause in PauseCause.allCases { samples.add([meter.listener, cause.label], meter.paused(cause)) }
      }
    },
    MetricFamily("porxy_accepted_total", .counter, by: ["listener"], "Clients taken from the kernel's backlog.") {
      facts, samples in
      for meter in facts.meters.byListener { samples.add([meter.listener], meter.accepted) }
    },
    MetricFamily(
      "porxy_denied_total", .counter, by: ["listener", "reason"],
      "Clients that were taken and denied: header (the PROXY header that they have to send was missing or wrong)."
    ) { facts, samples in
      for meter in facts.meters.byListener {
        for reason in DenialReason.allCases { samples.add([meter.listener, reason.rawValue], meter.denied(reason)) }
      }
    },
    MetricFamily(
      "porxy_accept_errors_total", .counter, by: ["listener", "error"],
      "Clients that could not be taken, by the error as the log names it; a shortage leaves them in the backlog."
    ) { facts, samples in
      for meter in facts.meters.byListener {
        for error in meter.acceptErrors { samples.add([meter.listener, error.failure.text], error.count) }
      }
    },
    MetricFamily(
      "porxy_faults_total", .counter, by: ["listener", "fault"],
      "Sessions on which a fault of the configuration has acted, by the fault's name; only faults that have. One that "
        + "befalls a listener as a whole counts once, and one of names or porxy itself under no listener."
    ) { facts, samples in
      for meter in facts.meters.faults { samples.add([meter.listener, meter.fault], meter.sessions) }
    },
  ]
}

// MARK: Sessions

extension MetricFamily {
  private static let sessions = [
    MetricFamily("porxy_sessions", .gauge, by: ["listener", "backend"], "Sessions open now.") { facts, samples in
      for meter in facts.meters.routes { samples.add([meter.listener, meter.backend], meter.sessions) }
    },
    MetricFamily("porxy_sessions_max", .gauge, "The limit on all sessions together.") { facts, samples in
      samples.add(UInt64(max(0, facts.sessionsMax)))
    },
    MetricFamily(
      "porxy_session_phases", .gauge, by: ["listener", "backend", "phase"],
      "Sessions open now, by how far they have come: the phases of the log."
    ) { facts, samples in
      for entry in facts.census?.phases ?? [] {
        samples.add([entry.listener, entry.backend, entry.phase.rawValue], entry.count)
      }
    },
    MetricFamily(
      "porxy_stalled_sessions", .gauge, by: ["listener", "waiting_for"],
      "Sessions in which bytes wait for a side that takes none: client, backend."
    ) { facts, samples in
      for entry in facts.census?.stalls ?? [] {
        samples.add([entry.listener, entry.waitingFor.rawValue], entry.count)
      }
    },
    MetricFamily(
      "porxy_sessions_total", .counter, by: ["listener", "backend", "how", "ended_by"],
      "Sessions that have ended, by the values of how and ended_by in the log."
    ) { facts, samples in
      for meter in facts.meters.routes {
        for manner in SessionRecord.Manner.allCases {
          for party in SessionRecord.Party.allCases {
            let count = meter.ended(manner, by: party)
            guard count > 0 || manner.parties.contains(party) else { continue }
            samples.add([meter.listener, meter.backend, manner.rawValue, party.rawValue], count)
          }
        }
      }
    },
    MetricFamily(
      "porxy_session_duration_seconds", .histogram, by: ["listener"],
      "From accepting the client to the end of the session, of sessions that have ended."
    ) { facts, samples in
      for meter in facts.meters.byListener { samples.add([meter.listener], meter.durations, on: .sessions) }
    },
    MetricFamily(
      "porxy_relayed_bytes_total", .counter, by: ["listener", "backend", "direction"],
      "Bytes that the receiver's kernel took, as they pass: to_backend, to_client."
    ) { facts, samples in
      for meter in facts.meters.routes {
        samples.add([meter.listener, meter.backend, "to_backend"], meter.relayed.toBackend)
        samples.add([meter.listener, meter.backend, "to_client"], meter.relayed.toClient)
      }
    },
    MetricFamily(
      "porxy_undelivered_bytes_total", .counter, by: ["listener", "direction"],
      "Bytes that porxy received and could not deliver, of sessions that have ended: to_backend, to_client."
    ) { facts, samples in
      for meter in facts.meters.byListener {
        samples.add([meter.listener, "to_backend"], meter.undelivered.toBackend)
        samples.add([meter.listener, "to_client"], meter.undelivered.toClient)
      }
    },
  ]
}

// MARK: Backends and workers

extension MetricFamily {
  private static let backends = [
    MetricFamily(
      "porxy_connect_duration_seconds", .histogram, by: ["backend"],
      "From beginning to dial to the connected backend, the lookup of its name included."
    ) { facts, samples in
      for meter in facts.meters.backends { samples.add([meter.name], meter.connects, on: .connects) }
    },
    MetricFamily(
      "porxy_endpoint_attempts_total", .counter, by: ["backend", "endpoint", "result"],
      "Attempts to connect to one address: connected, refused, unreachable, timed_out, no_port, failed (another "
        + "error), lost_race (another address was first), abandoned (the session was over)."
    ) { facts, samples in
      for meter in facts.meters.endpoints {
        for result in AttemptResult.allCases {
          samples.add([meter.backend, meter.name, result.label], meter.attempts(result))
        }
      }
    },
    MetricFamily(
      "porxy_endpoint_sessions", .gauge, by: ["backend", "endpoint"],
      "Sessions that the endpoint has, those that try to connect to it among them. Like the next two, only of "
        + "endpoints of the running configuration."
    ) { facts, samples in
      for state in facts.endpoints { samples.add([state.backend, state.name], UInt64(max(0, state.sessions))) }
    },
    MetricFamily(
      "porxy_endpoint_troubled", .gauge, by: ["backend", "endpoint"],
      "1 if the endpoint is tried behind the others of its backend, because an attempt has failed lately."
    ) { facts, samples in
      for state in facts.endpoints { samples.add([state.backend, state.name], state.isTroubled) }
    },
    MetricFamily(
      "porxy_endpoint_draining", .gauge, by: ["backend", "endpoint"], "1 if the endpoint gets no new sessions."
    ) { facts, samples in
      for state in facts.endpoints { samples.add([state.backend, state.name], state.isDrained) }
    },
    MetricFamily(
      "porxy_endpoint_healthy", .gauge, by: ["backend", "endpoint"],
      "1 unless active checks call the endpoint down. Only endpoints that they look at."
    ) { facts, samples in
      for meter in facts.meters.endpoints {
        if let isHealthy = meter.isHealthy { samples.add([meter.backend, meter.name], isHealthy) }
      }
    },
    MetricFamily(
      "porxy_endpoint_checks_total", .counter, by: ["backend", "endpoint", "result"],
      "Active checks: ok, refused, unreachable, timed_out, unexpected (another answer), failed (another error), "
        + "not_made (porxy could not look, which says nothing about the endpoint)."
    ) { facts, samples in
      for meter in facts.meters.endpoints where meter.wasChecked {
        for result in CheckResult.allCases {
          samples.add([meter.backend, meter.name, result.label], meter.checks(result))
        }
      }
    },
    MetricFamily(
      "porxy_resolutions_total", .counter, by: ["backend", "endpoint", "result"],
      "Answers to lookups of the endpoint's name, of each worker that asked: answered, unknown_name, unavailable."
    ) { facts, samples in
      for meter in facts.meters.endpoints {
        for result in ResolutionResult.allCases {
          samples.add([meter.backend, meter.name, result.label], meter.resolutions(result))
        }
      }
    },
    MetricFamily(
      "porxy_resolution_age_seconds", .gauge, by: ["backend", "endpoint"],
      "How old the addresses of the endpoint's name are, if it has a name and addresses are known."
    ) { facts, samples in
      for meter in facts.meters.endpoints {
        if let age = meter.answerAge { samples.add([meter.backend, meter.name], age) }
      }
    },
  ]

  private static let workers = [
    MetricFamily(
      "porxy_worker_answered", .gauge, by: ["worker"],
      "1 if the worker answered in time; 0: its numbers are those of its last answer."
    ) { facts, samples in
      for (number, worker) in facts.meters.workers.enumerated() { samples.add(["\(number)"], worker.hasAnswered) }
    },
    MetricFamily(
      "porxy_worker_busy_seconds_total", .counter, by: ["worker"],
      "Processor time of the worker's thread, in the kernel too; looking for events before sleeping (spin) counts."
    ) { facts, samples in
      for (number, worker) in facts.meters.workers.enumerated() {
        if let time = worker.processorTime { samples.add(["\(number)"], time) }
      }
    },
    MetricFamily("porxy_worker_turns_total", .counter, by: ["worker"], "Turns of the worker's event loop.") {
      facts, samples in
      for (number, worker) in facts.meters.workers.enumerated() { samples.add(["\(number)"], worker.turns) }
    },
    MetricFamily(
      "porxy_conduits_starved_total", .counter, "How often a session had to wait for a buffer or a pipe."
    ) { facts, samples in
      samples.add(facts.meters.starved)
    },
  ]
}
