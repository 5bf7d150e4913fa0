## Classes of assets, domains, kinds of observation

class-server = Server
class-workstation = Workstation
class-mobile = Mobile device
class-network = Network appliance
class-printer = Printer
class-iot = IoT or control device
class-device = Device (class unknown)
class-person = Person
class-service = Service account
class-group = Group
class-system = System
class-cloud_account = Cloud account
class-cloud_resource = Cloud resource
class-image = Container image
class-application = Application
class-repository = Source repository
class-web_site = Web site
class-zone = Network zone
class-data_set = Data set
class-data_store = Data store

domain-device = Devices
domain-user = Users
domain-system = Systems
domain-data = Data

kind-device_inventory = device inventory
kind-user_inventory = user inventory
kind-system_inventory = system inventory
kind-data_inventory = data inventory
kind-software_inventory = software inventory
kind-vulnerability = vulnerability scan
kind-configuration = configuration check
kind-open_port = port scan
kind-malware = malware protection status
kind-code = code or web application assessment
kind-secret = secret scan
kind-licence = licence check
kind-detection = detection
kind-data_security = data location scan
kind-organisation_inventory = organisation inventory
