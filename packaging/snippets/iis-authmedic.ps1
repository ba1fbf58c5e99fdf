# The fields that authmedic wants in IIS's log, switched on. IIS has no free log format: what tells a
# handshake from a failure are sc-substatus and sc-win32-status, and what tells Kerberos from NTLM is
# the size of the request (cs-bytes: a Kerberos token makes it more than 2,000 bytes) and, after a
# sign-in, the custom field AUTH_TYPE. No field holds a token. Never add the request header
# Authorization as a custom field: it would write tokens that can be used again.
#
#   1. In a PowerShell of an administrator:  .\iis-authmedic.ps1 -Site "Default Web Site"
#      Without -Site it sets the defaults of all sites. -WhatIf only says what it would set.
#   2. Only where the log reaches the machine of authmedic:
#      - {path: /srv/iis/W3SVC1/u_ex*.log, format: iis-w3c}
#
# IIS 8.5 and newer for the custom field; its files then have names in _x (u_ex261122_x.log). Older ones
# and IIS 6: set the fields by hand under Logging, W3C extended format. IIS 5 has no sub-status; switch
# on sc-win32-status at least.
#
# Not run in this project's tests, which have no Windows.
[CmdletBinding(SupportsShouldProcess = $true)]
param([string]$Site)

Import-Module WebAdministration -ErrorAction Stop

$root = 'MACHINE/WEBROOT/APPHOST'
$logFile = 'system.applicationHost/sites/siteDefaults/logFile'
if ($Site) {
    $logFile = "system.applicationHost/sites/site[@name='$($Site.Replace("'", "''"))']/logFile"
}

# Those of the default that authmedic reads, and BytesRecv (cs-bytes), Host (cs-host) and Referer.
$fields = 'Date,Time,ServerIP,Method,UriStem,UriQuery,ServerPort,UserName,ClientIP,UserAgent,' +
    'Referer,HttpStatus,HttpSubStatus,Win32Status,BytesRecv,TimeTaken,Host'

if ($PSCmdlet.ShouldProcess($logFile, "W3C with the fields $fields")) {
    Set-WebConfigurationProperty -PSPath $root -Filter $logFile -Name logFormat -Value 'W3C'
    Set-WebConfigurationProperty -PSPath $root -Filter $logFile -Name logExtFileFlags -Value $fields
}

# Who is signed in by what: Negotiate, NTLM, Kerberos or Basic; "-" where nobody is.
$custom = "$logFile/customFields"
$known = Get-WebConfigurationProperty -PSPath $root -Filter $custom -Name Collection |
    Where-Object { $_.logFieldName -eq 'AUTH_TYPE' }
if (-not $known -and $PSCmdlet.ShouldProcess($custom, 'the server variable AUTH_TYPE')) {
    Add-WebConfigurationProperty -PSPath $root -Filter $custom -Name '.' -Value @{
        logFieldName = 'AUTH_TYPE'; sourceName = 'AUTH_TYPE'; sourceType = 'ServerVariable'
    }
}

# A log of errors alone has no sign-ins, and no failure can be told from a handshake in it.
$logging = Get-WebConfigurationProperty -PSPath $root -Filter 'system.webServer/httpLogging' -Name '.'
if ($logging.dontLog -or $logging.selectiveLogging -ne 'LogAll') {
    Write-Warning 'httpLogging leaves requests out; set dontLog to false and selectiveLogging to LogAll.'
}
