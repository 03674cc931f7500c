"""The click page in German, Spanish and Portuguese. ``ALL`` is every language, English first.

Does not choose between them: ``gateway.clicks.words`` does.
"""

from __future__ import annotations

from gateway.clicks.words import ENGLISH, Words

GERMAN = Words(
    lang="de",
    months="Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    moment="{day}. {month} {year}, {clock} UTC",
    title="Dieser Link wurde angehalten",
    heading="Dieser Link wurde angehalten, bevor er sich öffnet",
    lead="Er wurde in der Nachricht ausgetauscht, "
    "weil er nicht zu dem passt, was dieser Absender sonst schickt.",
    leads_to="Er führt zur Website",
    whole_address="Die ganze Adresse",
    nothing_opened="Bisher wurde nichts geöffnet.",
    note_user="„{user}“ steht vor einem @ und ist nicht das Ziel. Ein solcher Anfang soll oft täuschen.",
    note_port="Die Adresse nennt Port {port}; gewöhnliche Websites tun das nicht.",
    note_letters="Der Name enthält besondere Buchstaben und kann wie ein anderer aussehen. "
    "Für Menschen: {letters}. Für Computer: {host}.",
    note_number="Die Adresse ist eine bloße Zahl. Gewöhnliche Websites haben einen Namen.",
    note_scheme="Das ist nicht die Adresse einer Website.",
    about_message="Die Nachricht, in der er kam",
    sender="Absender",
    genuine="Geprüft: Die Nachricht kam aus den Systemen dieses Absenders. "
    "Ein gestohlenes Konto besteht diese Prüfung auch.",
    not_genuine="Nicht bewiesen: Jeder könnte diese Adresse eingesetzt haben.",
    received="Empfangen",
    stood="Der Link stand",
    in_text="im Text der Nachricht",
    in_pdf="in einem angehängten PDF",
    in_attachment="in einem Anhang",
    why="Warum er angehalten wurde",
    no_reason="Es wurde kein Grund festgehalten.",
    what_now="Was Sie tun können",
    not_expected="Wenn Sie diesen Link nicht erwartet haben, schließen Sie diese Seite und sagen Sie Ihrer "
    "IT-Stelle Bescheid. Nennen Sie diese Fallnummer:",
    case="Fallnummer",
    expected="Gehen Sie nur weiter, wenn Sie diese Website kennen und genau diese Adresse erwartet haben. "
    "Niemand hat geprüft, was dort ist.",
    go_on="Weiter zu {domain}",
    cannot_go_on="Zu dieser Adresse kann man von hier aus nicht weitergehen.",
    refused="Das dauerte zu lange oder kam nicht von dieser Seite. "
    "Bitte lesen Sie noch einmal und drücken Sie dann erneut.",
    released="Die zuständige Stelle hat diesen Link geprüft und freigegeben.",
    unknown_title="Dieser Link ist hier nicht bekannt",
    unknown="Vielleicht wurde er unvollständig kopiert oder unterwegs verändert. Öffnen Sie ihn noch einmal "
    "aus der Nachricht, oder zeigen Sie die Nachricht Ihrer IT-Stelle.",
    later_title="Dieser Link kann gerade nicht nachgeschlagen werden",
    later="Es wurde nichts geöffnet. Bitte versuchen Sie es in einigen Minuten noch einmal.",
    bad_title="Diese Anfrage kann nicht beantwortet werden",
    bad="Es wurde nichts geöffnet. Öffnen Sie den Link noch einmal aus der Nachricht.",
)

SPANISH = Words(
    lang="es",
    months="enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    moment="{day} de {month} de {year}, {clock} UTC",
    title="Este enlace fue detenido",
    heading="Este enlace fue detenido antes de abrirse",
    lead="Se cambió en el mensaje porque no encaja con lo que este remitente suele enviar.",
    leads_to="Lleva al sitio web",
    whole_address="La dirección completa",
    nothing_opened="Hasta ahora no se ha abierto nada.",
    note_user="«{user}» está delante de una @ y no es el destino. Un comienzo así suele servir para engañar.",
    note_port="La dirección indica el puerto {port}, lo que no hacen los sitios web corrientes.",
    note_letters="El nombre tiene letras especiales y puede parecerse a otro. "
    "Leído por personas: {letters}. Leído por ordenadores: {host}.",
    note_number="La dirección es solo un número. Los sitios web corrientes tienen un nombre.",
    note_scheme="Esta no es la dirección de un sitio web.",
    about_message="El mensaje en el que llegó",
    sender="Remitente",
    genuine="Comprobado: el mensaje salió de los sistemas de este remitente. "
    "Una cuenta robada también supera esta comprobación.",
    not_genuine="Sin probar: cualquiera pudo haber puesto esta dirección.",
    received="Recibido",
    stood="El enlace estaba",
    in_text="en el texto del mensaje",
    in_pdf="en un PDF adjunto",
    in_attachment="en un archivo adjunto",
    why="Por qué fue detenido",
    no_reason="No se registró ningún motivo.",
    what_now="Qué hacer",
    not_expected="Si no esperaba este enlace, cierre esta página y avise a su contacto de informática. "
    "Indíquele este número de caso:",
    case="Número de caso",
    expected="Continúe solo si conoce este sitio web y esperaba exactamente esta dirección. "
    "Nadie ha mirado lo que hay allí.",
    go_on="Continuar a {domain}",
    cannot_go_on="Desde aquí no se puede continuar a esta dirección.",
    refused="Tardó demasiado o no vino de esta página. Léala otra vez y vuelva a pulsar.",
    released="El equipo responsable revisó este enlace y lo autorizó.",
    unknown_title="Este enlace no se conoce aquí",
    unknown="Puede que se haya copiado incompleto o que cambiara por el camino. Ábralo de nuevo desde el "
    "mensaje o muestre el mensaje a su contacto de informática.",
    later_title="Este enlace no se puede consultar ahora",
    later="No se ha abierto nada. Inténtelo de nuevo en unos minutos.",
    bad_title="Esta petición no se puede atender",
    bad="No se ha abierto nada. Abra el enlace de nuevo desde el mensaje.",
)

PORTUGUESE = Words(
    lang="pt",
    months="janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    moment="{day} de {month} de {year}, {clock} UTC",
    title="Este link foi retido",
    heading="Este link foi retido antes de abrir",
    lead="Ele foi trocado na mensagem porque não combina com o que este remetente costuma enviar.",
    leads_to="Ele leva ao site",
    whole_address="O endereço completo",
    nothing_opened="Até agora nada foi aberto.",
    note_user="“{user}” está antes de um @ e não é o destino. "
    "Um começo assim muitas vezes serve para enganar.",
    note_port="O endereço indica a porta {port}, o que sites comuns não fazem.",
    note_letters="O nome tem letras especiais e pode parecer outro. "
    "Lido por pessoas: {letters}. Lido por computadores: {host}.",
    note_number="O endereço é só um número. Sites comuns têm um nome.",
    note_scheme="Este não é o endereço de um site.",
    about_message="A mensagem em que ele veio",
    sender="Remetente",
    genuine="Verificado: a mensagem saiu dos sistemas deste remetente. "
    "Uma conta roubada também passa nesta verificação.",
    not_genuine="Não comprovado: qualquer pessoa pode ter posto este endereço.",
    received="Recebida",
    stood="O link estava",
    in_text="no texto da mensagem",
    in_pdf="em um PDF anexado",
    in_attachment="em um anexo",
    why="Por que foi retido",
    no_reason="Nenhum motivo foi registrado.",
    what_now="O que fazer",
    not_expected="Se você não esperava este link, feche esta página e avise o seu contato de TI. "
    "Informe este número de caso:",
    case="Número do caso",
    expected="Continue somente se conhece este site e esperava exatamente este endereço. "
    "Ninguém verificou o que há lá.",
    go_on="Continuar para {domain}",
    cannot_go_on="Não é possível continuar para este endereço a partir daqui.",
    refused="Demorou demais ou não veio desta página. Leia de novo e aperte mais uma vez.",
    released="A equipe responsável verificou este link e o liberou.",
    unknown_title="Este link não é conhecido aqui",
    unknown="Ele pode ter sido copiado incompleto ou alterado no caminho. Abra-o de novo a partir da "
    "mensagem ou mostre a mensagem ao seu contato de TI.",
    later_title="Este link não pode ser consultado agora",
    later="Nada foi aberto. Tente de novo em alguns minutos.",
    bad_title="Este pedido não pode ser atendido",
    bad="Nada foi aberto. Abra o link de novo a partir da mensagem.",
)

ALL = (ENGLISH, GERMAN, SPANISH, PORTUGUESE)
