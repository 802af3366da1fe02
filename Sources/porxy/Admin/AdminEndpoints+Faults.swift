import PorxyAdmin
import PorxyConfiguration
import PorxyCore
import PorxyFaults
import PorxyRuntime

// The faults of the plan in effect, and its changes. An answer comes once all workers have taken the change.
extension AdminEndpoints {
  var faultRoutes: [AdminRoute] {
    [
      AdminRoute(.get, "/faults", from: .reads) { request, _ in .now(list(request)) },
      AdminRoute(.post, "/faults/add", from: .everything, add),
      AdminRoute(.post, "/faults/reset", from: .everything, resetFaults),
      AdminRoute(.post, "/faults/*/change", from: .everything, change),
      AdminRoute(.post, "/faults/*/remove", from: .everything, remove),
    ]
  }

  private static let withoutFaults = Response.text(
    .conflict, "porxy was started without faults: write \"faults: {plan: []}\" into its configuration and restart it\n")

  private func list(_ request: Request) -> Response {
    guard let faults else { return Self.withoutFaults }
    let listing = faults.listing
    if Self.wantsText(request) {
      let rows = listing.map { "\($0.name)\t\($0.sessions)\t\($0.line)\n" }
      return .text(.ok, "NAME\tSESSIONS\tFAULT\n" + rows.joined())
    }
    var object = JSONObject()
    object.add("seed", FaultSettings.text(ofSeed: faults.seed))
    let objects = listing.map { fault in
      var object = JSONObject()
      object.add("name", fault.name)
      object.add("line", fault.line)
      object.add("sessions", fault.sessions)
      return object
    }
    object.add("faults", objects)
    return .json(.ok, object.text)
  }

  private func add(_ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    apply(ticket) { faults throws(FaultRefusal) in
      let line = try line(of: request)
      do throws(FaultLineError) {
        return "added \(try faults.add(line, at: SystemInfo.monotonicClock))"
      } catch {
        throw FaultRefusal(error)
      }
    }
  }

  private func change(_ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    apply(ticket) { faults throws(FaultRefusal) in
      let (name, line) = (request.path[1], try line(of: request))
      let isFound: Bool
      do throws(FaultLineError) {
        isFound = try faults.change(name, to: line, at: SystemInfo.monotonicClock)
      } catch {
        throw FaultRefusal(error)
      }
      guard isFound else { throw .noFault(name) }
      return "changed \(name)"
    }
  }

  private func remove(_ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    apply(ticket) { faults throws(FaultRefusal) in
      let name = request.path[1]
      guard faults.remove(name, at: SystemInfo.monotonicClock) else { throw .noFault(name) }
      return "removed \(name)"
    }
  }

  private func resetFaults(_ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    apply(ticket) { faults throws(FaultRefusal) in
      faults.reset(at: SystemInfo.monotonicClock)
      return "as configured, faults: \(faults.listing.count)"
    }
  }

  /// The line that a request brings, which names no listener that does not exist.
  private func line(of request: Request) throws(FaultRefusal) -> String {
    guard let line = request.value(of: "line") else {
      throw FaultRefusal(.badRequest, "name a line, as in /faults/add?line=reset%20by%20backend")
    }
    // What is wrong with it is said by what takes it.
    let listener = try? FaultPlan([line]).faults.first?.sessions.listener
    if let listener, !shared.generation.configuration.listeners.contains(where: { $0.name == listener }) {
      throw FaultRefusal(.badRequest, "there is no listener \(listener)")
    }
    return line
  }

  /// Changes the plan, and answers once all workers have it.
  private func apply(
    _ ticket: AdminTicket, _ body: (SharedFaults) throws(FaultRefusal) -> String
  ) -> AdminOutcome {
    guard let faults else { return .now(Self.withoutFaults) }
    let done: String
    do throws(FaultRefusal) {
      done = try body(faults)
    } catch {
      return .now(.text(error.status, "\(error.message)\n"))
    }
    reports.note(.adminChange(user: ticket.user, what: "faults: \(done)"))
    // A worker takes a change when a wait ends, and answers behind that.
    let isAsked = questions.ask(.ping) { replies in
      let text = Self.complaint(of: replies)
      answer(ticket.number, text.isEmpty ? .text(.ok, "\(done)\n") : .text(.unavailable, "\(done); \(text)"))
    }
    return Self.outcome(isAsked, Self.patience)
  }
}

/// Why the plan does not change, for a person.
private struct FaultRefusal: Error {
  let status: Status
  let message: String

  init(_ status: Status, _ message: String) {
    (self.status, self.message) = (status, message)
  }

  init(_ error: FaultLineError) {
    self.init(.badRequest, "column \(error.range.lowerBound + 1): \(error.message); \(error.advice)")
  }

  static func noFault(_ name: String) -> FaultRefusal {
    FaultRefusal(.notFound, "there is no fault \(name); 'porxy faults list' names them")
  }
}
