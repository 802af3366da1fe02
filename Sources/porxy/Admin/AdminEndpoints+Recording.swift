import PorxyAdmin
import PorxyCore
import PorxyRecording
import PorxySimulation

// A recorded session as the text of a run.
extension AdminEndpoints {
  func recording(_ request: Request, _ ticket: AdminTicket) -> AdminOutcome {
    guard let recordings else {
      return .now(.text(.notFound, "nothing is recorded; 'record: recent' in the configuration does it\n"))
    }
    guard let id = SessionID(request.path[1]) else { return .now(Self.noID) }
    if let recording = recordings.ended(id) { return .now(Self.page(recording, under: shared)) }
    // The worker that has it leaves its recording before it answers.
    let isAsked = questions.ask(.session(id), of: [Int(id.worker)]) { [shared] replies in
      guard let recording = recordings.takeOpen(id) ?? recordings.ended(id) else {
        let advice =
          "no session \(id) is recorded: the last \(RecentRecordings.endedMax) that ended are kept, and "
          + "up to \(Recording.openMax) open ones of a worker\n"
        return answer(ticket.number, Self.missing(replies, advice))
      }
      answer(ticket.number, Self.page(recording, under: shared))
    }
    return Self.outcome(isAsked, Self.patience)
  }

  private static func page(_ recording: Recording, under shared: SharedState) -> Response {
    do throws(Unreplayable) {
      let text = try RunSetup(replaying: recording, under: shared.generation.configuration).description
      return .text(.ok, heading(of: recording) + text)
    } catch {
      return .text(.conflict, "no run can tell this again: \(error)\n")
    }
  }

  /// What a reader of the text may want to know, in comments.
  private static func heading(of recording: Recording) -> String {
    var lines: [String] = []
    if let id = recording.id { lines.append("session \(id) of \(recording.client)") }
    guard let record = recording.record else {
      lines.append("still open when this was asked for, so no record is expected")
      return text(lines, recording)
    }
    lines[lines.count - 1] += " at listener \(record.listener)"
    lines.append(
      "ended by \(record.endedBy.rawValue), how=\(record.manner.rawValue), \(record.phase.rawValue)"
        + (record.failure.map { ", error=\($0.text)" } ?? ""))
    if let faults = record.faults { lines.append("faults of the configuration that it met: \(faults.names)") }
    return text(lines, recording)
  }

  private static func text(_ lines: [String], _ recording: Recording) -> String {
    let shortened = "shortened: later bytes of a side are sent together, without the pauses between them"
    return (lines + (recording.isShortened ? [shortened] : [])).map { "# \($0)\n" }.joined()
  }
}
