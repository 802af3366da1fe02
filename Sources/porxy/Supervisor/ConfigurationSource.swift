import Glibc
import PorxyConfiguration
import PorxyCore
import PorxyRuntime
import PorxySocketIO

/// Where the configuration came from, and how it is read again.
struct ConfigurationSource {
  /// A thing to say about the configuration, and where: file, line and column.
  struct Remark: Sendable {
    let place: String
    let message: String

    /// In one line.
    var text: String { "\(place): \(message)" }

    init(_ place: String, _ message: String) {
      (self.place, self.message) = (place, message)
    }

    init(_ problem: Problem) {
      place = "\(problem.file):\(problem.line):\(problem.column)"
      message = "\(problem.message); \(problem.advice)"
    }
  }

  /// Why there is no other configuration, for a person.
  struct Refusal: Error, Sendable {
    let reason: String
    var mistakes: [Remark] = []
    /// All of the mistakes as `porxy check` shows them.
    var report = ""
  }

  /// What was said on the command line, which goes on to take precedence.
  private let options: RunOptions
  /// The file's path, whatever the working directory.
  private let path: String
  /// What the file is called for people.
  let name: String
  /// What the file said at the start, if changes are looked for.
  private let bytes: [UInt8]
  private let descriptorLimit: Int
  /// Descriptors that were open at the start.
  private let descriptorsUsed: Int

  init(_ options: RunOptions, _ file: ConfigurationFile, descriptorLimit: Int, descriptorsUsed: Int) {
    var options = options
    options.faultFile = options.faultFile.map(File.absolute)
    self.options = options
    name = file.path
    path = File.absolute(file.path)
    bytes = options.watches ? file.bytes : []
    self.descriptorLimit = descriptorLimit
    self.descriptorsUsed = descriptorsUsed
  }

  /// Begins to look whether the file changes, if that was asked for. False if there is no room for a thread.
  func watch(_ changed: @escaping @Sendable () -> Void) -> Bool {
    !options.watches || ConfigurationWatch.start(path, known: bytes, changed: changed)
  }

  /// Reads the file as it is now, and checks everything that can be checked without a socket.
  func read() throws(Refusal) -> (Configuration, warnings: [Remark]) {
    guard File.isRegular(path) else {
      throw Refusal(reason: "\(name) is no file that can be read again; start porxy with the name of a file")
    }
    let bytes: [UInt8]
    do throws(File.Failure) {
      bytes = try File.read(path, atMost: ConfigurationReader.sizeMax)
    } catch {
      throw Refusal(reason: "\(name): \(error.text)")
    }
    let result = ConfigurationReader.read(bytes, file: name)
    guard let configuration = result.configuration else {
      let count = result.errorCount == 1 ? "a mistake" : "\(result.errorCount) mistakes"
      throw Refusal(
        reason: "\(count) in \(name)", mistakes: result.errors.map(Remark.init), report: result.description)
    }
    return (try Self.fitted(configuration, by: options), result.warnings.map(Remark.init))
  }

  /// What the file says, the command line takes precedence over and this machine can have.
  static func fitted(_ written: Configuration, by options: RunOptions) throws(Refusal) -> Configuration {
    var configuration = written
    options.apply(to: &configuration)
    if let file = options.faultFile { try FaultFile.add(file, to: &configuration) }
    // Without SO_REUSEPORT a second worker could listen nowhere.
    if !KernelSupport.canSharePorts { configuration.workers = .fixed(1) }
    // Several workers accept in several orders, and sessions are numbered in the order in which they are accepted.
    if configuration.faults != nil, configuration.workers == .auto { configuration.workers = .fixed(1) }
    if let complaint = InterfaceNumbers.fill(in: &configuration) ?? CongestionCheck.complaint(about: configuration)
      ?? ListeningChecks.complaint(about: configuration)
    {
      throw Refusal(reason: complaint)
    }
    return configuration
  }

  /// How the descriptors are shared out under a configuration; with as many workers as there are, once porxy has
  /// started with a budget.
  func budget(
    for configuration: Configuration, keeping started: DescriptorBudget? = nil
  ) throws(Refusal) -> DescriptorBudget {
    do throws(DescriptorBudget.Shortage) {
      return try DescriptorBudget(
        limit: descriptorLimit, used: descriptorsUsed,
        endpoints: configuration.listeners.reduce(0) { $0 + $1.endpoints.count },
        names: configuration.names.count, checks: configuration.checkDescriptors, hasAdmin: configuration.admin != nil,
        workers: started.map { .fixed($0.workers) } ?? configuration.workers,
        processors: SystemInfo.processorCount, keeping: started)
    } catch {
      throw Refusal(
        reason: "too few file descriptors: the limit is \(descriptorLimit), and one session needs at least "
          + "\(error.needed); raise the limit (ulimit -n, or LimitNOFILE= of the service)"
          + (error.workers > 1 ? " or use fewer workers" : ""))
    }
  }
}

extension Configuration {
  /// Keys of settings that are looked at only when porxy starts, and that are others in `next`.
  func keysForStart(changedIn next: Configuration) -> [String] {
    var keys: [String] = []
    if next.workers != workers { keys.append("workers") }
    if next.relay != relay { keys.append("relay") }
    if next.spin != spin { keys.append("spin") }
    if next.limits.blockSize != limits.blockSize { keys.append("limits.buffer") }
    if faults == nil, next.faults != nil { keys.append("faults") }
    if next.record != record { keys.append("record") }
    return keys
  }
}
