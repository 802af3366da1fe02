public import PorxyCore
public import PorxyRecording

/// What comes of a recorded session that is written as a run, read and replayed.
public enum Replay: Sendable, Equatable {
  /// Its record says the same, and all rules hold.
  case same
  /// No run can tell it again.
  case impossible(Unreplayable)
  /// What was found, and the run.
  case different(String, run: String)

  /// Replays a session that porxy served by a configuration.
  public init(_ recording: Recording, under configuration: Configuration) {
    do throws(Unreplayable) {
      let setup = try RunSetup(replaying: recording, under: configuration)
      let text = setup.description
      guard let again = try? RunSetup(reading: text), again == setup else {
        self = .different("the run does not read as it was written", run: text)
        return
      }
      self = again.perform().findings.first.map { .different("\($0)", run: text) } ?? .same
    } catch {
      self = .impossible(error)
    }
  }
}
