package import PorxyCore

/// Where a scenario is played: a network with hosts for clients and a server, a clock, and perhaps a proxy between.
///
/// `ScenarioRun` plays the same steps on every stage, so that what is compared differs in the network alone.
package protocol ScenarioStage: AnyObject {
  associatedtype Calls: SocketCalls

  var arm: Arm { get }
  var calls: Calls { get }
  /// Clients and the server, with their sockets.
  var cast: Cast { get }

  /// How long a step's outcome may take where the scenario does not say.
  var patience: Duration { get }

  /// Lets the network come to rest.
  func settle()
  /// The same where buffers are full, and bytes may go on only after a while.
  func settleFull()
  func advance(by duration: Duration)
  /// Lets time go by until something holds, or for so long; false in the latter case.
  @discardableResult
  func wait(_ patience: Duration, until holds: () -> Bool) -> Bool
  /// Before a step on a socket: whoever does not know when the network is at rest waits here for what is expected.
  func prepare(for expected: SocketAction, _ socket: Socket, _ patience: Duration)
  /// Before a step and after the last of those that begin at the same moment.
  func begin(_ index: Int)
  func end(_ index: Int)

  /// A socket on the client's host, with its settings.
  func openSocket(ofClient number: Int) throws(SocketError) -> Socket
  /// Begins to connect it to where clients connect to.
  func connect(_ socket: Socket) throws(SocketError)
  /// Takes a client from the server's queue.
  func accept() -> AcceptOutcome
  /// What edge-triggered epoll has said since this was last asked.
  func takeEvent(_ role: Role, _ socket: Socket) -> Readiness

  func listen()
  func stopListening()
  func play(_ action: HostAction, at place: Place)
  func play(_ action: NetworkAction)
  func play(_ action: NameAction)
  func play(_ action: PorxyAction, _ patience: Duration) -> PorxyAction
  /// After the last step: lets go of everything, and adds what only this stage knows of the run.
  func close(_ outcome: inout ScenarioOutcome)
}
