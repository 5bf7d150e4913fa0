//! The four target domains of CRSA and the asset classes within them.
//!
//! Source: Digital Agency DS-211 (2022-06-30), target domains デバイス, ユーザー,
//! システム及びネットワーク, データ.

use crate::kinds::text_enum;

text_enum! {
    /// A target domain (対象領域).
    pub enum Domain: u8 {
        /// Devices (デバイス): anything that runs software and can be reached.
        Device = 1 => "device",
        /// Users (ユーザー): people's and services' accounts.
        User = 2 => "user",
        /// Systems and networks (システム及びネットワーク): applications, images, accounts, zones.
        System = 3 => "system",
        /// Data sets (データ).
        Data = 4 => "data",
    }
}

text_enum! {
    /// What sort of thing an asset is; averages are only formed inside one class.
    pub enum AssetClass: u8 {
        /// A server, physical or virtual.
        Server = 1 => "server",
        /// A person's computer.
        Workstation = 2 => "workstation",
        /// A phone or tablet.
        Mobile = 3 => "mobile",
        /// A router, switch, firewall or other network appliance.
        Network = 4 => "network",
        /// A printer or multifunction machine.
        Printer = 5 => "printer",
        /// An IoT or control device.
        Iot = 6 => "iot",
        /// A device whose sort no source has said.
        Device = 7 => "device",
        /// A person's account.
        Person = 8 => "person",
        /// A service or machine account.
        Service = 9 => "service",
        /// A group of accounts.
        Group = 10 => "group",
        /// An information system of the register.
        System = 11 => "system",
        /// A cloud account, subscription or project.
        CloudAccount = 12 => "cloud_account",
        /// One resource inside a cloud account that is neither a device nor a data store.
        CloudResource = 13 => "cloud_resource",
        /// A container image.
        Image = 14 => "image",
        /// An application or its bill of materials.
        Application = 15 => "application",
        /// A source code repository.
        Repository = 16 => "repository",
        /// A web site or web application.
        WebSite = 17 => "web_site",
        /// A network zone.
        Zone = 18 => "zone",
        /// A data set of the register.
        DataSet = 19 => "data_set",
        /// A place where data is stored: bucket, file share, database.
        DataStore = 20 => "data_store",
    }
}

impl AssetClass {
    /// The domain a class belongs to.
    pub fn domain(self) -> Domain {
        match self {
            Self::Server
            | Self::Workstation
            | Self::Mobile
            | Self::Network
            | Self::Printer
            | Self::Iot
            | Self::Device => Domain::Device,
            Self::Person | Self::Service | Self::Group => Domain::User,
            Self::System
            | Self::CloudAccount
            | Self::CloudResource
            | Self::Image
            | Self::Application
            | Self::Repository
            | Self::WebSite
            | Self::Zone => Domain::System,
            Self::DataSet | Self::DataStore => Domain::Data,
        }
    }
}
